// Commands that ask: which calls there are, everything of one, its statistics, and all of it as text.
import { err, ok, type Result } from '../base/result.ts'
import { dumpCall } from '../media/call-dump.ts'
import type { StreamStats } from '../media/contract.ts'
import type { CallId, CallRecord } from '../ua/contract.ts'
import { command, refuse } from './command.ts'
import { mediaFields, party } from './events.ts'
import { type CommandError, type Fields, flag, name, number, optional, orElse, text, whole } from './schema.ts'
import type { Station } from './station.ts'

export const queryCommands = [
  command('calls', { limit: optional(whole(0, 1000)) }, ({ limit }, station) => {
    const all = [...station.calls].slice(0, limit).map(([call, { account, state, media, userData }]) => ({
      ...{ call, account, state, media: media?.status ?? 'none', userData },
    }))
    return ok({ count: station.calls.size, max: station.settings.maxCalls, calls: all })
  }),
  command('info', { call: name }, async ({ call }, station) => {
    const record = await recordOf(station, call)
    return record.ok ? ok({ info: infoOf(station, call, record.value) }) : record
  }),
  command('stats', { call: name, every: optional(number(0, 3600)) }, async ({ call, every }, station) => {
    const inHand = station.call(call)
    if (every !== undefined) {
      clearInterval(inHand.watching)
      inHand.watching = undefined
      if (every > 0) inHand.watching = setInterval(() => void tellStats(station, call), Math.max(0.1, every) * 1000)
      return ok({})
    }
    const stats = await statsOf(station, call)
    return stats.ok ? ok({ stats: stats.value }) : stats
  }),
  command(
    'dump',
    {
      call: optional(name),
      media: orElse(flag, true),
      most: orElse(whole(1, 65_536), 8192),
      indent: orElse(text('what each line begins with', 32), ''),
    },
    async ({ call, media, most, indent }, station) => {
      const lines: string[] = []
      for (const each of call === undefined ? station.calls.keys() : [call]) {
        const record = await recordOf(station, each)
        if (!record.ok) continue
        const stats = media && record.value.media.port !== undefined ? await statsOf(station, each) : undefined
        lines.push(...dumpCall(each, record.value, stats?.ok ? stats.value : undefined, media))
      }
      return ok({
        text: lines
          .map((line) => `${indent}${line}\n`)
          .join('')
          .slice(0, most),
      })
    },
  ),
]

let asked = 0

async function recordOf(station: Station, call: CallId): Promise<Result<CallRecord, CommandError>> {
  const ref = ++asked
  let record: CallRecord | undefined
  let done: Result<undefined, CommandError> = ok(undefined)
  await station.await(
    ({ event }) => {
      if (event.kind === 'call-record' && event.ref === ref) record = event.record
      return undefined
    },
    async (finish) => {
      done = await station.ua({ kind: 'query-record', call, ref })
      finish()
    },
  )
  if (!done.ok) return done
  return record === undefined ? refuse('no record', 'a call', call) : ok(record)
}

async function statsOf(station: Station, call: CallId): Promise<Result<StreamStats & Fields, CommandError>> {
  const ref = ++asked
  let refusal: CommandError | undefined
  const stats = await station.await(
    ({ event }) => (event.kind === 'call-stats' && event.ref === ref ? event.stats : undefined),
    async (finish) => {
      const done = await station.ua({ kind: 'query-call', call, ref })
      if (done.ok) return
      refusal = done.error
      finish()
    },
  )
  if (refusal) return err(refusal)
  if (stats === undefined) return refuse('no statistics', 'a call with media', call)
  const { peerVoice, ...rest } = stats
  return ok({
    ...rest,
    remote: { ...stats.remote },
    signalled: { ...stats.signalled },
    source: { ...stats.source },
    ...(peerVoice && { peerVoice: { ...peerVoice } }),
  })
}

async function tellStats(station: Station, call: CallId): Promise<void> {
  const stats = await statsOf(station, call)
  if (stats.ok && station.calls.has(call)) station.tell(call, { event: 'stats', stats: stats.value })
}

function infoOf(station: Station, call: CallId, record: CallRecord): Fields {
  const { account, role, state, status, reason, local, contactUser, peer, peerContact, callId } = record
  const at = station.agent?.local
  const host = at && (at.address.includes(':') ? `[${at.address}]` : at.address)
  return {
    ...{ call, account, role, state, status, reason, local, localContact: `sip:${contactUser}@${host}:${at?.port}` },
    ...{ remote: party(peer), remoteContact: peerContact, callId },
    ...{ localTag: record.localTag, remoteTag: record.remoteTag, media: mediaFields(record.media) },
    connectedMs: Math.round(record.connectedMs),
    totalMs: Math.round(record.totalMs),
    userData: station.calls.get(call)?.userData,
  }
}
