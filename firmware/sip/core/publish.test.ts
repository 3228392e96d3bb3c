// Ladders of publications (RFC 3903 §4) against a scripted compositor: what goes out, in which states, and what comes after loss.
import { describe, expect, test } from 'vitest'
import { ROUGH } from '../../testing/fake-network.ts'
import { ScriptedPeer, type ScriptedReply } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'

const PIDF = 'application/pidf+xml'

/** `answers` in their order; when they are used up 200 with a new entity-tag each time. */
function setOut(answers: readonly (Partial<ScriptedReply> | 'silence')[] = [], stage = new Stage()) {
  const alice = stage.phone('alice', '10.0.0.1', { packages: { presence: PIDF } })
  const peer = new ScriptedPeer(stage, 'server', '10.0.0.5')
  const left = [...answers]
  const seen = new Map<string, ScriptedReply>()
  let tags = 0
  peer.on('PUBLISH', (request, from) => {
    const branch = request.vias[0]!.branch ?? ''
    let reply = seen.get(branch)
    if (reply === undefined) {
      const next = left.shift() ?? {}
      if (next === 'silence') return
      const granted = [`Expires: ${request.header('Expires')}`, `SIP-ETag: tag${++tags}`]
      reply = { status: 200, headers: next.status === undefined || next.status === 200 ? granted : [], ...next }
      seen.set(branch, reply)
    }
    peer.reply(request, from, reply)
  })
  const publish = (content: string, more: { readonly event?: string; readonly expires?: number } = {}) =>
    alice.do({
      ...{ kind: 'publish', id: 'me', identity: alice.identity, target: 'sip:alice@10.0.0.5', event: 'presence' },
      ...{ expires: 600, headers: [{ name: 'X-A', value: '1' }], body: { contentType: PIDF, content }, ...more },
    })
  const unpublish = () => alice.do({ kind: 'unpublish', id: 'me' })
  /** `tag/expires/body` of each request, told apart by branch. */
  const sent = () => {
    const all = new Map<string, string>()
    for (const request of peer.requests('PUBLISH'))
      all.set(
        request.vias[0]!.branch ?? '',
        `${request.header('SIP-If-Match') ?? '-'} ${request.header('Expires')} ${request.body}`.trim(),
      )
    return [...all.values()]
  }
  const states = () =>
    alice.all('publication-state').map(({ state, status, retryMs }) => `${state} ${status}${retryMs ? ' again' : ''}`)
  const first = (): SipRequest => peer.requests('PUBLISH')[0]!
  return { stage, alice, peer, publish, unpublish, sent, states, first }
}

test('published, modified, refreshed, removed: as table 1 of the RFC has it', () => {
  const { stage, alice, publish, unpublish, sent, states, first } = setOut()
  publish('open')
  stage.run(1000)
  expect(first()).toMatchObject({ method: 'PUBLISH', uriText: 'sip:alice@10.0.0.5', body: 'open' })
  expect(['Event', 'Content-Type', 'Contact', 'X-A'].map((name) => first().header(name))).toEqual([
    'presence',
    PIDF,
    undefined,
    '1',
  ])
  publish('closed')
  stage.run(600_000)
  unpublish()
  stage.run(700_000)
  expect(sent()).toEqual(['- 600 open', 'tag1 600 closed', 'tag2 600', 'tag3 0'])
  expect(states()).toEqual([
    'publishing 0',
    'published 200',
    'publishing 0',
    'published 200',
    'published 200',
    'unpublishing 0',
    'unpublished 200',
  ])
  expect(alice.engine.counts()).toMatchObject({ publications: 0, timers: 0 })
  publish('open again')
  stage.run(701_000)
  expect(sent().at(-1)).toBe('- 600 open again')
})

test('what is asked while a request is under way follows its answer, the newest body alone', () => {
  const { stage, publish, unpublish, sent, states } = setOut()
  publish('one')
  publish('two')
  publish('three')
  stage.run(1000)
  expect(sent()).toEqual(['- 600 one', 'tag1 600 three'])
  publish('four')
  unpublish()
  stage.run(2000)
  expect(sent().slice(2)).toEqual(['tag2 600 four', 'tag3 0'])
  expect(states().at(-1)).toBe('unpublished 200')
})

test('published again while it is being removed', () => {
  const { stage, publish, unpublish, sent, states } = setOut()
  publish('one')
  stage.run(1000)
  unpublish()
  publish('two')
  stage.run(2000)
  expect(sent()).toEqual(['- 600 one', 'tag1 0', '- 600 two'])
  expect(states().slice(-4)).toEqual(['unpublishing 0', 'unpublished 200', 'publishing 0', 'published 200'])
})

describe('refused', () => {
  test('412: put there anew, at once', () => {
    const { stage, publish, sent, states } = setOut([{}, { status: 412 }])
    publish('open')
    stage.run(600_000)
    expect(sent().slice(0, 3)).toEqual(['- 600 open', 'tag1 600', '- 600 open'])
    expect(states().every((state) => !state.startsWith('unpublished'))).toBe(true)
  })

  test('423: as long as they want', () => {
    const { stage, publish, sent } = setOut([{ status: 423, headers: ['Min-Expires: 1800'] }])
    publish('open')
    stage.run(1000)
    expect(sent()).toEqual(['- 600 open', '- 1800 open'])
  })

  test('412 and 423 for ever are not followed for ever', () => {
    const { stage, publish, sent, states } = setOut(Array.from({ length: 20 }, () => ({ status: 423 })))
    publish('open')
    stage.run(1000)
    expect(sent()).toHaveLength(4)
    expect(states().at(-1)).toBe('unpublished 423 again')
  })

  test.each([489, 405, 501])('%i is for good', (status) => {
    const { stage, alice, publish, states } = setOut([{ status }])
    publish('open')
    stage.run(400_000)
    expect(states()).toEqual(['publishing 0', `unpublished ${status}`])
    expect(alice.engine.counts()).toMatchObject({ publications: 0, timers: 0 })
  })

  test.each<[string, Partial<ScriptedReply> | 'silence', string]>([
    ['busy', { status: 503, headers: ['Retry-After: 20'] }, 'unpublished 503 again'],
    ['silent', 'silence', 'unpublished 408 again'],
    ['forbidden', { status: 403 }, 'unpublished 403 again'],
  ])('%s: tried again, with all of it', (_, answer, state) => {
    const { stage, publish, sent, states } = setOut([
      answer,
      ...(answer === 'silence' ? Array(10).fill('silence') : []),
    ])
    publish('open')
    stage.run(400_000)
    expect(states()[1]).toBe(state)
    expect(states().at(-1)).toBe('published 200')
    expect(sent().every((request) => request === '- 600 open')).toBe(true)
  })

  test('a removal that is refused is one all the same', () => {
    const { stage, alice, publish, unpublish, states } = setOut([{}, { status: 500 }])
    publish('open')
    stage.run(1000)
    unpublish()
    stage.run(50_000)
    expect(states().at(-1)).toBe('unpublished 500')
    expect(alice.engine.counts()).toMatchObject({ publications: 0, timers: 0 })
  })

  test('without an entity-tag it is put there anew each time', () => {
    const { stage, publish, sent } = setOut([{ headers: ['Expires: 600'] }, { headers: ['Expires: 600'] }])
    publish('open')
    stage.run(590_000)
    expect(sent()).toEqual(['- 600 open', '- 600 open'])
  })
})

test('taken back before anything is there', () => {
  const { stage, alice, publish, unpublish, states } = setOut(Array(20).fill({ status: 500 }))
  publish('open')
  stage.run(1000)
  unpublish()
  expect(states().slice(-2)).toEqual(['unpublished 500 again', 'unpublished 0'])
  stage.run(50_000)
  expect(alice.engine.counts()).toMatchObject({ publications: 0, timers: 0 })
})

test.each([
  [{ event: 'weather' }, 'no such event package'],
  [{ event: 'presence\r\nX: 1' }, 'no such event package'],
  [{ expires: 0 }, 'expires must be positive'],
])('refused before it is sent: %j', (more, reason) => {
  const { alice, publish } = setOut()
  publish('open', more)
  expect(alice.last('rejected')).toMatchObject({ command: 'publish', id: 'me', reason })
})

test('under loss, duplication and reordering it ends published with the last body, and unpublished in the end', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { stage, alice, publish, unpublish, states, peer } = setOut([], new Stage(seed, ROUGH))
    publish('one')
    stage.later(3000, () => publish('two'))
    stage.later(9000, () => publish('three'))
    stage.run(200_000)
    expect([states().at(-1), seed]).toEqual(['published 200', seed])
    expect(peer.requests('PUBLISH').findLast(({ body }) => body !== '')?.body).toBe('three')
    unpublish()
    stage.run(1_000_000)
    expect(states().at(-1)).toMatch(/^unpublished/)
    expect(alice.engine.counts()).toMatchObject({ publications: 0, timers: 0, clientTransactions: 0 })
  }
})
