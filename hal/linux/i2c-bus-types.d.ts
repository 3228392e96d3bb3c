// The part of the package i2c-bus that is used; it brings no types of its own.
declare module 'i2c-bus' {
  import type { OpenBus } from '../api/lines.ts'

  const i2c: { readonly openSync: OpenBus }
  export default i2c
}
