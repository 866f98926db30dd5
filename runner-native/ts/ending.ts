/** The end of a server, for whoever waits for it. */
export class Ending {
  readonly promise: Promise<void>;
  /** It ended as it was told to. */
  resolve!: () => void;
  /** It could not go on. */
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((...settle) => {
      [this.resolve, this.reject] = settle;
    });
    // Whoever asks gets the reason; a server nobody asks must not end the process by it.
    this.promise.catch(() => {});
  }
}
