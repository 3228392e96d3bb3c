// What the phone remembers over a restart: the names of the files, how each is read, and how often it may be written.
import { type Choices, readChoices } from '../phone/chosen.ts'
import type { CallLog } from '../phone/contract.ts'
import { readCalls } from '../phone/kept-calls.ts'
import type { KeptThing } from './keeper.ts'

/** On the disk within seconds; whoever plays with a key does not wear the flash. */
export const CHOICES: KeptThing<Choices> = { name: 'choices', read: readChoices, quietMs: 1000, apartMs: 5000 }

/** However many call, once a minute: a power cut costs the calls of the last one at most. */
export const CALLS: KeptThing<CallLog> = { name: 'calls', read: readCalls, quietMs: 5000, apartMs: 60_000 }
