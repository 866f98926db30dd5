/**
 * What belongs to calls, each at its call's place in Rust's table: numbers that are small and taken again.
 *
 * A `Map` that is added to and deleted from with every call makes itself anew all the time, each table knowing the next
 * one: once the collector has called one of them old, it keeps all later ones, with everything that ever stood there,
 * until the next major collection.
 */
export class Places<T extends object> {
  private readonly values: (T | undefined)[] = [];
  private count = 0;

  /** How many are taken. */
  get size(): number {
    return this.count;
  }

  get(place: number): T | undefined {
    return this.values[place];
  }

  set(place: number, value: T): void {
    if (this.values[place] === undefined) this.count += 1;
    this.values[place] = value;
  }

  /** Frees the place, if it is that one's. */
  delete(place: number, value: T): void {
    if (this.values[place] !== value) return;
    this.count -= 1;
    this.values[place] = undefined;
  }

  all(): T[] {
    return this.values.filter((value) => value !== undefined);
  }
}
