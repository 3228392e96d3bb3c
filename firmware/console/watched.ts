// What a subscription tells, read, as the console says it: plain JSON of what the user agent knows.
import type { Watched } from '../ua/contract.ts'
import type { Fields, Json } from './schema.ts'

/** Plain data without functions, so that writing and reading it leaves what can be written. */
const plain = (value: object): Fields => JSON.parse(JSON.stringify(value)) as { readonly [key: string]: Json }

export const watchedFields = ({ of, ...known }: Watched): Fields => ({ of, ...plain(known) })
