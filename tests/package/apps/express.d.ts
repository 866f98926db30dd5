// The Runner's types name these, and do not bring them.
declare module 'express' {
  export type Request = unknown;
  export type Router = unknown;
}
