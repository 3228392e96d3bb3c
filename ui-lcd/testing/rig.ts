// The screens without hardware: views and keys go in, what is shown and said comes out as text.
import { ms } from '../../firmware/base/time.ts'
import type { Activity, CallView, LineView, PhoneView } from '../../firmware/phone/contract.ts'
import type { Frame, Key } from '../../hal/api/board.ts'
import { createScreenUi, type ScreenUiOutput } from '../screen-ui.ts'

export const SIZE = { columns: 20, rows: 4 }
export const line = (label: string, reason?: string): LineView => ({
  account: label as LineView['account'],
  label,
  aor: `sip:${label.toLowerCase()}@example.com`,
  registered: reason === undefined,
  reason: reason ?? '',
  retryAt: undefined,
})
export const call = (over: Partial<CallView> = {}): CallView => ({
  call: 1 as unknown as CallView['call'],
  peer: { uri: 'sip:201@pbx.example.com', display: 'Zoë Müller', number: '201' },
  direction: 'out',
  since: undefined,
  codec: '',
  secured: false,
  remoteHold: false,
  muted: false,
  ...over,
})
export const view = (activity: Activity, over: Partial<PhoneView> = {}): PhoneView => ({
  activity,
  lines: [line('Reception')],
  ...{
    offHook: false,
    route: 'handset',
    handsFree: [],
    volume: 5,
    ringer: 6,
    waiting: undefined,
    beside: undefined,
    missed: 0,
    country: 'de',
  },
  ...{ mailboxes: [], buddies: [], keys: [] },
  ...{ dnd: false, forward: { all: '', busy: '', noAnswer: '', afterS: 20 } },
  ...over,
})

export function rig(first?: PhoneView) {
  const ui = createScreenUi({ size: SIZE })
  let now = ms(1000)
  let frame: Frame | undefined
  const said: string[] = []
  const take = (out: readonly ScreenUiOutput[]): void => {
    for (const output of out) {
      if (output.to === 'phone') said.push(JSON.stringify(output.intent))
      else if (output.to === 'choice') said.push(JSON.stringify(output.choice))
      else if (output.command.kind === 'show') {
        frame = output.command.frame
        said.push('frame')
      } else said.push(`backlight ${output.command.on ? 'on' : 'off'}`)
    }
  }
  const feed = (input: Parameters<typeof ui.handle>[0]) => {
    const out: ScreenUiOutput[] = []
    ui.handle(input, now, out)
    take(out)
  }
  const pass = (forMs: number) => {
    const end = now + forMs
    for (let turns = 0; ui.deadline() <= end; turns++) {
      if (turns > 10_000) throw new Error('the deadline does not move')
      now = ms(Math.max(now, ui.deadline()))
      const out: ScreenUiOutput[] = []
      ui.wake(now, out)
      take(out)
    }
    now = ms(end)
  }
  const show = (next: PhoneView) => feed({ from: 'phone', view: next })
  if (first) show(first)
  said.length = 0
  return {
    ui,
    feed,
    pass,
    show,
    said,
    setClock: (hhmm: number) => feed({ from: 'clock', wallOffsetMs: hhmm * 60_000 - now, zoneMs: 0 }),
    press: (key: Key, action: 'press' | 'long' | 'release' = 'press') => {
      said.length = 0
      feed({ from: 'board', event: { kind: 'key', key, action, at: now } })
      return said.filter((text) => text !== 'frame' && !text.startsWith('backlight'))
    },
    /** The rows between bars, with the cursor as an underscore. */
    text: () => {
      const { rows, cursor } = frame!
      return rows.map((row, r) => {
        const cells = [...row]
        if (cursor?.row === r) cells[cursor.column] = '_'
        return `|${cells.join('')}|`
      })
    },
  }
}
export function withClock(next: PhoneView, minutes: number) {
  const all = rig(next)
  all.setClock(minutes)
  return all
}
