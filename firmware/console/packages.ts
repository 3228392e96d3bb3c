// Event packages (RFC 6665 §7), and what each may be told in, as keys of commands.
import { isObject, type Kind } from './schema.ts'

const TOKEN = /^[A-Za-z0-9!%*_+`'~.-]{1,64}$/
const TYPE = /^[\x21-\x7e]+\/[\x20-\x7e]{1,200}$/

export const packages: Kind<Readonly<Record<string, string>>> = {
  expected: 'an object of event packages, each with a media type or a list of them, 32 packages at most',
  read(value) {
    if (!isObject(value)) return undefined
    const all = Object.entries(value).map(([name, given]) => ({ name, types: Array.isArray(given) ? given : [given] }))
    const sound = all.every(
      ({ name, types }) =>
        TOKEN.test(name) &&
        types.length > 0 &&
        types.length <= 16 &&
        types.every((type: unknown) => typeof type === 'string' && TYPE.test(type)),
    )
    if (!sound || all.length > 32) return undefined
    return { value: Object.fromEntries(all.map(({ name, types }) => [name.toLowerCase(), types.join(', ')])) }
  },
}
