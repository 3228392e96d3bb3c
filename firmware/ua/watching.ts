// What subscriptions tell, read: of the one resource asked for or of each of a list (RFC 4662), told to the application whenever
// it changes. What a lost document leaves open is asked for by a refresh, not too often; what is not known is never shown as idle.
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { Body } from '../sip/message/message.ts'
import type { BodyError } from '../sip/packages/body.ts'
import { createResource, isRead, type Read, type Resource } from '../sip/packages/resource.ts'
import { isResourceList, parseResourceList } from '../sip/packages/resource-list.ts'
import { versionStep } from '../sip/packages/version.ts'
import type { AccountId, SubscriptionName } from './contract.ts'
import type { Tell } from './tell.ts'

export interface Watching {
  /** Subscribed, or subscribed anew. `event`: the package. */
  begin(subscription: SubscriptionName, account: AccountId, event: string, uri: string): void
  /** `SENT` begins a dialog, `TERMINATED` ends what is known, `final` all of it. */
  onState(subscription: SubscriptionName, state: string, final: boolean, tell: Tell): void
  onBody(subscription: SubscriptionName, body: Body, tell: Tell): void
  wake(tell: Tell): void
  deadline(): Millis
}

/** Between two refreshes for the sake of what was lost, ms. */
const ASK_EACH_MS = 10_000
/** Of one list; others are left out. */
const MOST_RESOURCES = 256

interface Kept {
  readonly resource: Resource
  readonly uri: string
  name: string | undefined
  /** As it was told last. */
  told: string
}

interface Watch {
  readonly account: AccountId
  readonly of: Read
  readonly uri: string
  readonly resources: Map<string, Kept>
  /** Of the list's documents. */
  version: number | undefined
  /** When the whole was asked for last, and when it is to be. */
  askedAt: Millis | undefined
  askAt: Millis
}

/** `refresh` sends SUBSCRIBE in the dialog: the notifier answers with everything (RFC 6665 §4.2.1.2). */
export function createWatching(refresh: (subscription: SubscriptionName, tell: Tell) => void): Watching {
  const all = new Map<SubscriptionName, Watch>()

  function ask(id: SubscriptionName, watch: Watch, tell: Tell) {
    const soonest = watch.askedAt === undefined ? tell.now : after(watch.askedAt, ASK_EACH_MS)
    if (soonest > tell.now) {
      watch.askAt = soonest
      return
    }
    watch.askedAt = tell.now
    watch.askAt = FOREVER
    refresh(id, tell)
  }

  function kept(watch: Watch, uri: string, name: string | undefined): Kept | undefined {
    const known = watch.resources.get(uri)
    if (known !== undefined) {
      known.name = name
      return known
    }
    if (watch.resources.size >= MOST_RESOURCES) return undefined
    const made = { resource: createResource(watch.of), uri, name, told: '' }
    watch.resources.set(uri, made)
    return made
  }

  function say(id: SubscriptionName, watch: Watch, each: Kept, tell: Tell) {
    const watched = each.resource.watched()
    const text = JSON.stringify([each.name, watched])
    if (text === each.told) return
    each.told = text
    const { account } = watch
    tell.app({ kind: 'watched', subscription: id, account, uri: each.uri, name: each.name, watched })
  }

  function read(id: SubscriptionName, watch: Watch, each: Kept, body: Body, tell: Tell) {
    const step = each.resource.read(body)
    if (!step.ok) return unreadable(id, step.error, tell)
    if (step.value === 'lost') ask(id, watch, tell)
    say(id, watch, each, tell)
  }

  const unreadable = (subscription: SubscriptionName, { line, what }: BodyError, tell: Tell) =>
    tell.log('warn', 'a NOTIFY cannot be read', { subscription, line, what })

  function readList(id: SubscriptionName, watch: Watch, body: Body, tell: Tell) {
    const list = parseResourceList(body)
    if (!list.ok) return unreadable(id, list.error, tell)
    const { resources, full, version } = list.value
    const step = versionStep(watch.version, list.value)
    if (step === 'stale') return
    // What it says of each resource holds also when a document before it never came.
    if (step === 'lost') ask(id, watch, tell)
    else watch.version = version
    for (const { uri, name, instances } of resources) {
      const each = kept(watch, uri, name)
      if (each === undefined) continue
      const live = instances.filter(({ state }) => state !== 'terminated')
      if (live.length === 0) each.resource.forget()
      for (const instance of live) if (instance.body) read(id, watch, each, instance.body, tell)
      say(id, watch, each, tell)
    }
    if (!full) return
    for (const [uri, each] of watch.resources) {
      if (resources.some((resource) => resource.uri === uri)) continue
      each.resource.forget()
      say(id, watch, each, tell)
      watch.resources.delete(uri)
    }
  }

  return {
    begin(id, account, event, uri) {
      if (all.has(id) || !isRead(event)) return
      all.set(id, {
        ...{ account, of: event, uri, resources: new Map(), version: undefined },
        ...{ askedAt: undefined, askAt: FOREVER },
      })
    },

    onState(id, state, final, tell) {
      const watch = all.get(id)
      if (watch === undefined) return
      if (state === 'SENT' || state === 'TERMINATED') {
        watch.version = undefined
        watch.askAt = FOREVER
        for (const each of watch.resources.values()) {
          if (state === 'SENT') each.resource.restart()
          else each.resource.forget()
          say(id, watch, each, tell)
        }
      }
      if (final) all.delete(id)
    },

    onBody(id, body, tell) {
      const watch = all.get(id)
      if (watch === undefined) return
      if (isResourceList(body)) return readList(id, watch, body, tell)
      const each = kept(watch, watch.uri, undefined)
      if (each) read(id, watch, each, body, tell)
    },

    wake(tell) {
      for (const [id, watch] of all) if (watch.askAt <= tell.now) ask(id, watch, tell)
    },

    deadline() {
      let due = FOREVER
      for (const { askAt } of all.values()) due = earlier(due, askAt)
      return due
    },
  }
}
