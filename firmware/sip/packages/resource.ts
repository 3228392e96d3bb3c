// One resource somebody watches: what its bodies have said so far, read and put together.
import { err, ok, type Result } from '../../base/result.ts'
import { parseMediaType } from '../message/headers.ts'
import type { Body } from '../message/message.ts'
import type { BodyError } from './body.ts'
import { applyConferenceInfo, type ConferenceInfo, parseConferenceInfo } from './conference-info.ts'
import { parseDialogInfo } from './dialog-info.ts'
import { applyDialogInfo, busyStateOf, type DialogSet, pickupOf } from './dialog-set.ts'
import { type MessageSummary, parseMessageSummary } from './message-summary.ts'
import { type Presence, parsePresence, summaryOf } from './presence.ts'
import { applyRegInfo, parseRegInfo, type RegInfo } from './reginfo.ts'
import { PACKAGES } from './table.ts'
import type { VersionStep } from './version.ts'
import type { Watched } from './watched.ts'

/** Event packages whose bodies are read. */
export const READ = ['presence', 'dialog', 'message-summary', 'reg', 'conference'] as const
export type Read = (typeof READ)[number]

export const isRead = (event: string): event is Read => READ.some((each) => each === event)

export interface Resource {
  /** What a body adds; `stale` ones add nothing, and after a `lost` one the whole has to be asked for. */
  read(body: Body): Result<VersionStep, BodyError>
  /** Nothing of it is known any more. A mailbox stays as full as it was: that the server is gone has not emptied it. */
  forget(): void
  /** Another dialog begins, and versions with it. */
  restart(): void
  watched(): Watched
}

const UNKNOWN = { basic: 'unknown', activities: [], note: undefined } as const

export function createResource(of: Read): Resource {
  switch (of) {
    case 'presence':
      return presenceOf()
    case 'dialog':
      return dialogsOf()
    case 'message-summary':
      return mailboxOf()
    case 'reg':
      return registrationsOf()
    case 'conference':
      return conferenceOf()
  }
}

function presenceOf(): Resource {
  let presence: Presence | undefined
  const forget = () => {
    presence = undefined
  }
  return {
    read(body) {
      if (body.content === '') forget()
      else {
        const read = parsePresence(body)
        if (!read.ok) return read
        presence = read.value
      }
      return ok('whole')
    },
    forget,
    restart() {},
    watched: () => ({ of: 'presence', presence, ...(presence === undefined ? UNKNOWN : summaryOf(presence)) }),
  }
}

function dialogsOf(): Resource {
  let set: DialogSet | undefined
  const forget = () => {
    set = undefined
  }
  return {
    read(body) {
      if (body.content === '') {
        forget()
        return ok('whole')
      }
      const read = typed(body, 'dialog', parseDialogInfo)
      if (!read.ok) return read
      const applied = applyDialogInfo(set, read.value)
      set = applied.set
      return ok(applied.step)
    },
    forget,
    restart: forget,
    watched: () => ({
      of: 'dialog',
      busy: busyStateOf(set),
      dialogs: (set?.dialogs ?? []).map((dialog) => ({ ...dialog, pickup: pickupOf(dialog) })),
    }),
  }
}

function mailboxOf(): Resource {
  let messages: MessageSummary | undefined
  return {
    read(body) {
      if (body.content === '') return ok('stale')
      const read = typed(body, 'message-summary', parseMessageSummary)
      if (!read.ok) return read
      messages = read.value
      return ok('whole')
    },
    forget() {},
    restart() {},
    watched: () => ({ of: 'message-summary', messages }),
  }
}

function registrationsOf(): Resource {
  let info: RegInfo | undefined
  const forget = () => {
    info = undefined
  }
  return {
    read(body) {
      if (body.content === '') return ok('stale')
      const read = typed(body, 'reg', parseRegInfo)
      if (!read.ok) return read
      const applied = applyRegInfo(info, read.value)
      if (typeof applied === 'string') return ok(applied)
      info = applied
      return ok('whole')
    },
    forget,
    restart: forget,
    watched: () => ({ of: 'reg', registrations: info?.registrations }),
  }
}

function conferenceOf(): Resource {
  let info: ConferenceInfo | undefined
  const forget = () => {
    info = undefined
  }
  return {
    read(body) {
      if (body.content === '') return ok('stale')
      const read = typed(body, 'conference', parseConferenceInfo)
      if (!read.ok) return read
      const applied = applyConferenceInfo(info, read.value)
      if (typeof applied === 'string') return ok(applied)
      info = applied
      return ok('whole')
    },
    forget,
    restart: forget,
    watched: () => ({ of: 'conference', conference: info }),
  }
}

/** Read when the body is of the package's one type. */
function typed<T>(
  { contentType, content }: Body,
  event: Exclude<Read, 'presence'>,
  parse: (content: string) => Result<T, BodyError>,
): Result<T, BodyError> {
  const type = parseMediaType(contentType)
  if (type.ok && type.value.type === PACKAGES[event]) return parse(content)
  return err({ line: 1, what: `${event} in ${contentType || 'no type'}, expected ${PACKAGES[event]}` })
}
