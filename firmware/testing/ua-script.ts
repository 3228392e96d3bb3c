// The user agent with a fake media engine and a SIP engine played by the test: what it does comes back as lines of text.
import { seededRng } from '../base/rng.ts'
import { Secret } from '../base/secret.ts'
import { ms } from '../base/time.ts'
import type { MediaCommand } from '../media/contract.ts'
import type { Cause, SdpBy, SessionState, SipCommand, SipEvent } from '../sip/core/contract.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'
import type { AccountConfig, UaCommand, UaConfig, UaEvent, UaInput, UaOutput, Watched } from '../ua/contract.ts'
import { createUserAgent } from '../ua/user-agent.ts'
import { createFakeMedia } from './fake-media.ts'

export const ALICE: AccountConfig = {
  aor: 'sip:alice@example.com',
  displayName: 'Alice',
  registrar: 'sip:example.com',
  proxies: [],
  username: 'alice',
  password: new Secret('wonder'),
  realm: '*',
  expires: 300,
  codecs: ['PCMA', 'PCMU'],
  ptimeMs: 20,
  transport: undefined,
}

export const UA_CONFIG: UaConfig = {
  maxCalls: 32,
  mediaAddress: '192.0.2.1',
  rtpPorts: { min: 20000, max: 20998 },
  dscp: 46,
  jitter: { minMs: 20, maxMs: 200 },
}

/** An SDP body of the peer. */
export const sdp = (change: { way?: string; formats?: string; port?: number; address?: string } = {}): string => {
  const { way = 'sendrecv', formats = '8 0 101', port = 4000, address = '192.0.2.9' } = change
  const lines = ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0']
  lines.push(`m=audio ${port} RTP/AVP ${formats}`, 'a=rtpmap:101 telephone-event/8000', `a=${way}`, '')
  return lines.join('\r\n')
}

/** The INVITE of somebody, parsed as the engine would. */
export function invite(
  uri = 'sip:alice@example.com',
  to = '<sip:alice@example.com>',
  more: readonly string[] = [],
  over = 'UDP',
): SipRequest {
  const head = `INVITE ${uri} SIP/2.0\r\nVia: SIP/2.0/${over} 192.0.2.9;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n`
  const rest = `From: "Bob" <sip:bob@example.com>;tag=1\r\nTo: ${to}\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n`
  const lines = [...more, 'Contact: <sip:bob@192.0.2.9>', 'Content-Length: 0', '', '']
  const parsed = parseMessage(`${head}${rest}${lines.join('\r\n')}`)
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('bad INVITE in a test')
  return parsed.value
}

/** A request of Bob's to Alice, inside a dialog or outside. */
export function request(
  method: string,
  headers: readonly string[] = [],
  body = '',
  to = 'alice@example.com',
): SipRequest {
  const head = `${method} sip:${to} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK2\r\nMax-Forwards: 70\r\n`
  const who = `From: "Bob" <sip:bob@example.com>;tag=1\r\nTo: <sip:${to}>\r\nCall-ID: 2\r\nCSeq: 1 ${method}\r\n`
  const rest = [...headers, `Content-Length: ${body.length}`, '', body].join('\r\n')
  const parsed = parseMessage(head + who + rest)
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(`bad ${method} in a test`)
  return parsed.value
}

const wayOf = (text: string | undefined): string =>
  text === undefined ? '-' : (/a=(sendrecv|sendonly|recvonly|inactive)/.exec(text)?.[1] ?? '?')

function sipLine(c: SipCommand): string {
  switch (c.kind) {
    case 'invite':
      return `invite ${c.id} ${c.target} ${wayOf(c.sdp)}`
    case 'redirect':
      return `redirect ${c.id} ${c.targets.join(' ') || '-'}`
    case 'respond':
      return `respond ${c.id} ${c.status} ${wayOf(c.sdp)}`
    case 'ack':
    case 'offer':
    case 'answer-offer':
    case 'reinvite':
    case 'update':
      return `${c.kind} ${c.id} ${wayOf(c.sdp)}`
    case 'terms':
      return `terms ${c.id} ${c.terms.reliable} ${c.terms.timer.mode}`
    case 'identify':
      return `identify ${c.id} ${c.identity.aor}`
    case 'authorize':
      return `authorize ${c.id}`
    case 'end':
      return `end ${c.id} ${c.status ?? '-'}`
    case 'register':
    case 'unregister':
      return `${c.kind} ${c.id}`
    case 'request':
      return `${c.method} ${c.id} ${c.session ?? c.target}`
    case 'reply':
    case 'refer-notify':
      return `${c.kind} ${c.id} ${c.status}`
    case 'refer':
      return `refer ${c.id} ${c.session} ${c.referTo || '-'}${c.replaces === undefined ? '' : ` replaces ${c.replaces}`}`
    case 'end-refer':
    case 'unsubscribe':
      return `${c.kind} ${c.id}`
    case 'unpublish':
      return `unpublish ${c.id}`
    case 'answer-subscriber':
      return `answer-subscriber ${c.id} ${c.status} ${c.state} ${c.body?.content ?? '-'}`
    case 'notify':
      return `notify ${c.id} ${c.state} ${c.body?.content ?? '-'}`
    case 'add-package':
      return `add-package ${c.id} ${c.accept}`
    case 'publish':
      return `publish ${c.id} ${c.target} ${c.event} ${c.body.content}`
    case 'subscribe':
      return `subscribe ${c.id} ${c.target} ${c.event}`
  }
}

function mediaLine(c: MediaCommand): string {
  switch (c.kind) {
    case 'open-stream':
    case 'update-stream':
      return `${c.kind} ${c.port} ${c.stream.send.name} ${c.stream.direction} to ${c.stream.rtp.port}`
    case 'stock-pairs':
      return `stock-pairs ${c.want}`
    case 'release-pair':
      return `release-pair ${c.pair}`
    case 'bring-pair':
      return `bring-pair ${c.ref}`
    case 'connect':
    case 'disconnect':
      return `${c.kind} ${c.from} ${c.to}`
    case 'send-dtmf':
      return `send-dtmf ${c.port} ${c.digits}`
    case 'open-device':
    case 'open-tone':
    case 'open-player':
    case 'open-recorder':
    case 'close-port':
    case 'set-gain':
    case 'query-stats':
    case 'set-paused':
    case 'seek':
    case 'query-port':
      return `${c.kind} ${c.port}`
  }
}

export function watchedLine(w: Watched): string {
  switch (w.of) {
    case 'presence':
      return `${w.basic} ${w.activities.join()} ${w.note ?? '-'}`
    case 'dialog':
      return `${w.busy} ${w.dialogs.map(({ id, state }) => `${id} ${state}`).join()}`
    case 'message-summary':
      return `mailbox ${w.messages?.waiting} ${w.messages?.counts.voice?.fresh ?? '-'}`
    case 'reg':
      return `registrations ${w.registrations?.length ?? '-'}`
    case 'conference':
      return `conference ${w.conference?.users.length ?? '-'}`
  }
}

function appLine(e: UaEvent): string {
  switch (e.kind) {
    case 'account-state':
      return `account ${e.account} ${e.registration} ${e.status}`
    case 'call-incoming':
      return `incoming ${e.call} for ${e.account} from ${e.peer.display} ${e.peer.number}${e.replaces ? ` replaces ${e.replaces}` : ''}`
    case 'call-state':
      return `${e.call} ${e.previous} -> ${e.state} ${e.status}${e.cause === undefined ? '' : ` ${e.cause}`}`
    case 'call-redirect':
      return `${e.call} redirect ${e.status} ${e.targets.map(({ uri }) => uri).join(' ')} ${e.default} ${e.answerMs}`
    case 'challenge':
      return `challenge ${e.challenge} for ${e.account} ${e.call ?? '-'} ${e.method} ${e.status} ${e.challenges.map(({ realm }) => realm)} ${e.own}`
    case 'call-identity':
      return `${e.call} is ${e.peer.display} ${e.peer.number} by ${e.peer.source}`
    case 'call-timer':
      return `${e.call} timer ${e.expires} ${e.refresher}`
    case 'call-media':
      return `${e.call} media ${e.media.status} ${e.media.direction} ${e.media.codec || '-'}`
    case 'call-dtmf':
      return `${e.call} dtmf ${e.digit}${e.by === 'info' ? ' by info' : ''}`
    case 'call-dtmf-sent':
      return `${e.call} dtmf-sent ${e.digits} ${e.status}`
    case 'call-silent':
      return `${e.call} silent ${e.forMs}`
    case 'call-modified':
      return `${e.call} modified ${e.status}`
    case 'call-stats':
      return `${e.call} stats ${e.ref}`
    case 'call-record':
      return `${e.call} record ${e.ref}`
    case 'call-sdp':
      return `${e.call} sdp ${e.stage} ${wayOf(e.local)} ${wayOf(e.remote)}`
    case 'call-transfer':
      return `${e.call} transfer ${e.by} ${e.status}${e.final ? ' final' : ''}`
    case 'transfer-incoming':
      return `transfer ${e.transfer} for ${e.account} ${e.call ?? '-'} to ${e.target.number} ${e.replaces} ${e.answerMs}`
    case 'request-incoming':
      return `${e.method} ${e.request} for ${e.account} ${e.call ?? '-'} ${e.answerMs}`
    case 'composing':
      return `composing ${e.call ?? e.account} ${e.peer.number} ${e.active}`
    case 'request-result':
      return `result ${e.request} ${e.status}`
    case 'subscription-state':
      return `${e.subscription} ${e.previous} -> ${e.state} ${e.status}${e.final ? ' final' : ''}`
    case 'subscriber-incoming':
      return `subscriber ${e.subscriber} for ${e.account} ${e.event} ${e.expires}`
    case 'subscriber-state':
      return `${e.subscriber} -> ${e.state} ${e.cause}`
    case 'publication-state':
      return `${e.publication} ${e.previous} -> ${e.state} ${e.status}${e.final ? ' final' : ''}`
    case 'address-changed':
      return `address ${e.address} ${e.step} ${e.account ?? e.call ?? '-'} ${e.status}`
    case 'watched':
      return `watched ${e.subscription ?? '-'} ${e.uri} ${watchedLine(e.watched)}`
    case 'check-sync':
      return `check-sync ${e.account} ${e.reboot}`
    case 'subscription-notify':
      return `${e.subscription} notify ${e.contentType}`
    case 'refused':
      return `refused ${e.command} ${e.subject}: ${e.reason}`
  }
}

export function uaScript(change: Partial<UaConfig> = {}) {
  const media = createFakeMedia()
  const ua = createUserAgent({ ...UA_CONFIG, ...change }, seededRng(1))
  let lines: string[] = []
  let time = 0
  const sent: SipCommand[] = []
  const heard: UaEvent[] = []

  function feed(input: UaInput): void {
    const inputs = [input]
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      const out: UaOutput[] = []
      ua.handle(next, ms(time), out)
      for (const output of out) perform(output)
      inputs.push(...media.take().map((event): UaInput => ({ from: 'media', event })))
    }
  }

  function perform(output: UaOutput): void {
    switch (output.to) {
      case 'app':
        heard.push(output.event)
        // Descriptions are in the lines of who sends them and in `heard`.
        if (output.event.kind !== 'call-sdp') lines.push(`app ${appLine(output.event)}`)
        return
      case 'sip':
        sent.push(output.command)
        lines.push(`sip ${sipLine(output.command)}`)
        return
      case 'media':
        lines.push(`media ${mediaLine(output.command)}`)
        media.handle(output.command)
        return
      case 'log':
        return
    }
  }

  const app = (command: UaCommand) => feed({ from: 'app', command })
  const sip = (event: SipEvent) => feed({ from: 'sip', event })
  const state = (id: string, next: SessionState, status = 0, cause?: Cause) =>
    sip({ kind: 'session-state', id, state: next, previous: 'NULL', status, reason: '', cause, message: undefined })

  return {
    media,
    sent,
    heard,
    app,
    sip,
    state,
    feed,
    /** What was done since the last time asked. */
    lines: () => {
      const done = lines
      lines = []
      return done
    },
    account: (account = 'a', config: Partial<AccountConfig> = {}) =>
      app({ kind: 'set-account', account, config: { ...ALICE, ...config } }),
    call: (call: string, target = '101') => app({ kind: 'make-call', call, account: 'a', target, headers: [] }),
    answer: (call: string, status: number) => app({ kind: 'answer', call, status, reason: undefined, headers: [] }),
    hangUp: (call: string) => app({ kind: 'hang-up', call, status: undefined, reason: undefined }),
    incoming: (id: string, body: string | undefined, request = invite()) =>
      sip({ kind: 'session-incoming', id, request, sdp: body }),
    request: (id: string, method: string, session?: string, headers: readonly string[] = [], body = '', to = 'alice') =>
      sip({
        kind: 'request-incoming',
        id,
        session,
        request: request(method, headers, body, `${to}@example.com`),
        from: { address: '192.0.2.9', port: 5060 },
      }),
    result: (id: string, status: number, reason = '', cause?: Cause) =>
      sip({ kind: 'request-result', id, status, reason, cause, response: undefined }),
    /** Time passes to `now`, ms. */
    wake: (now: number) => {
      const out: UaOutput[] = []
      time = now
      ua.wake(ms(now), out)
      for (const output of out) perform(output)
    },
    at: (now: number) => {
      time = now
    },
    deadline: () => ua.deadline(),
    body: (id: string, role: 'offer' | 'answer', text: string, inResponse = false, by: SdpBy = 'INVITE') =>
      sip({ kind: 'session-sdp', id, role, sdp: text, by, inResponse }),
  }
}
