// Transition tables of engine, transports, streams and files: every state with every input.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished } from 'vitest'
import { sessionOf, transport, withSound } from '../../testing/core-sound.ts'
import { testTable } from '../../testing/state-table.ts'
import { writeTone } from '../../testing/tone.ts'
import { AudioTransport, Engine, RecordingWaveFile, RtpTransport, type StartOptions, WaveFile } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-tables-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const TONE = join(folder, 'tone.wav')
writeTone(TONE, 440, 1, 8000)

const OPTIONS: Partial<StartOptions> = { localIp: '127.0.0.1', localTlsPort: null, autoSound: false }

// ---- Engine ----------------------------------------------------------------------------------------------------------

async function placedEngine(steps: (it: Engine) => unknown) {
  const it = new Engine()
  onTestFinished(async () => {
    while (it.state === 'starting') await new Promise((resolve) => setTimeout(resolve, 5))
    if (it.state === 'running') await it.stop()
  })
  await steps(it)
  const tells = ['engine-will-start', 'engine-did-start', 'engine-did-fail', 'engine-will-end', 'engine-did-end']
  return { it, notifications: it.notifications, tells, state: () => it.state }
}

testTable('Engine', {
  states: {
    new: () => placedEngine(() => {}),
    running: () => placedEngine((it) => it.start(OPTIONS)),
    stopped: () => placedEngine((it) => it.start(OPTIONS).then(() => it.stop())),
  },
  inputs: {
    start: ({ it }) => it.start(OPTIONS),
    'start with what cannot be': ({ it }) => it.start({ ...OPTIONS, ptime: 7 }),
    stop: ({ it }) => it.stop(),
    addEvent: ({ it }) => it.addEvent('x', ['text/x']),
    'addEvent again': ({ it }) => it.addEvent('presence', ['text/x']),
    setLocalUdpPort: ({ it }) => it.setLocalUdpPort(0),
    'setLocalUdpPort wrong': ({ it }) => it.setLocalUdpPort(-1),
    move: ({ it }) => it.move('127.0.0.3'),
    setSoundDevices: ({ it }) => it.setSoundDevices('null', 'null'),
    userAgent: ({ it }) => {
      it.userAgent = 'x'
    },
    bridge: ({ it }) => it.bridge,
  },
  cells: {
    //       start      wrong      stop       addEvent again   setPort      wrong        move         devices      agent   bridge
    new: '   running!!  -argument  -state     new      -state  -not-started -not-started -not-started -not-started new     -not-started'.trim(),
    running:
      '-state    -state     stopped!!  running  -state  running      -argument    running      running      running running',
    stopped:
      '-state    -state     -state     stopped  -state  -stopped     -stopped     -stopped     -stopped     stopped -stopped',
  },
})

// ---- RtpTransport ----------------------------------------------------------------------------------------------------

const audioOf = (it: RtpTransport) => {
  const stream = new AudioTransport(it)
  const sdp = sessionOf(stream.getLocalMedia(true))
  return { stream, sdp }
}

async function placedTransport(steps: (it: RtpTransport) => unknown, initialized = true) {
  const party = await withSound('alice')
  const it = initialized ? await transport(party) : new RtpTransport({ engine: party.engine })
  const other = audioOf(await transport(party))
  await steps(it)
  await Promise.resolve()
  const tells = ['rtp-transport-did-initialize', 'rtp-transport-did-fail']
  const { notifications } = party.engine
  return { it, sdp: other.sdp, party, notifications, tells, state: () => it.state }
}

testTable('RtpTransport', {
  states: {
    NULL: () => placedTransport(() => {}, false),
    INIT: () => placedTransport(() => {}),
    LOCAL: () => placedTransport((it) => audioOf(it).stream.stop()),
    'LOCAL in use': () => placedTransport((it) => void audioOf(it)),
    ESTABLISHED: () =>
      placedTransport((it) => {
        const { stream, sdp } = audioOf(it)
        it.setEstablished(sdp, sdp)
        stream.stop()
      }),
    INVALID: () =>
      placedTransport(() => {}).then(async (placed) => {
        await placed.party.engine.stop()
        return placed
      }),
  },
  inputs: {
    init: ({ it }) => it.init(),
    setLocal: ({ it, sdp }) => it.setLocal(sdp),
    setEstablished: ({ it, sdp }) => it.setEstablished(sdp, sdp),
    'wrong index': ({ it, sdp }) => it.setEstablished(sdp, sdp, 1),
    close: ({ it }) => it.close(),
  },
  cells: {
    //              init       setLocal   setEstablished  wrong index  close
    NULL: '         INIT!      -state     -state          -state       NULL'.trim(),
    INIT: '         -state     LOCAL      ESTABLISHED     -argument    NULL'.trim(),
    LOCAL: '        INIT!      LOCAL      ESTABLISHED     -argument    NULL'.trim(),
    'LOCAL in use': '-state    LOCAL      ESTABLISHED     -argument    -state',
    ESTABLISHED: '  INIT!      -state     ESTABLISHED     -argument    NULL'.trim(),
    INVALID: '      -stopped   -stopped   -stopped        -stopped     -stopped'.trim(),
  },
})

// ---- AudioTransport --------------------------------------------------------------------------------------------------

async function placedStream(steps: (it: AudioTransport) => unknown) {
  const party = await withSound('alice')
  const it = new AudioTransport(await transport(party))
  const peer = audioOf(await transport(party))
  const answered = new AudioTransport(await transport(party), { remoteSdp: peer.sdp })
  const theirs = sessionOf(answered.getLocalMedia(false))
  const start = () => {
    it.start(sessionOf(it.getLocalMedia(true)), theirs)
  }
  await steps(it)
  const { notifications } = party.engine
  const state = () => (it.isActive ? 'active' : it.isStarted ? 'ended' : 'idle')
  return { it, theirs, offer: peer.sdp, start, party, notifications, tells: ['audio-transport-did-fail'], state }
}

const active = async () => {
  const placed = await placedStream(() => {})
  placed.start()
  return placed
}

testTable('AudioTransport', {
  states: {
    idle: () => placedStream(() => {}),
    active,
    ended: async () => {
      const placed = await active()
      placed.it.stop()
      return placed
    },
    unused: () => placedStream((it) => it.stop()),
  },
  inputs: {
    offer: ({ it }) => it.getLocalMedia(true),
    'answer to them': ({ it, offer }) => it.getLocalMedia(false, 'sendrecv', offer),
    'answer to nobody': ({ it }) => it.getLocalMedia(false),
    start: ({ it, theirs }) => it.start(theirs, theirs),
    update: ({ it, theirs }) => it.update(theirs, theirs),
    updateDirection: ({ it }) => it.updateDirection('recvonly'),
    sendDtmf: ({ it }) => it.sendDtmf('5'),
    'sendDtmf wrong': ({ it }) => it.sendDtmf('Z'),
    getStatistics: ({ it }) => it.getStatistics(),
    connect: ({ it, party }) => party.engine.connectAudioTransport(it),
    stop: ({ it }) => it.stop(),
  },
  cells: {
    //       offer   to-them to-nobody start   update  direction dtmf    wrong      stats   connect stop
    idle: '  idle    idle    -state    active  -state  -state    -state  -argument     -state  -state  idle'.trim(),
    active: 'active  active  active    -state  active  active    active  -argument  active  active  ended',
    ended: ' -state  -state  -state    -state  -state  -state    -state  -argument     -state  -state  ended'.trim(),
    unused: '-state  -state  -state    -state  -state  -state    -state  -argument     -state  -state  idle',
  },
})

// ---- files -----------------------------------------------------------------------------------------------------------

async function placedFile(steps: (it: WaveFile) => unknown, fileName = TONE, stopped = false) {
  const party = await withSound('alice')
  const it = new WaveFile(fileName, { engine: party.engine })
  await steps(it)
  if (stopped) await party.engine.stop()
  await Promise.resolve()
  const { notifications } = party.engine
  const state = () => (it.isActive ? 'plays' : 'silent')
  return { it, notifications, tells: ['wave-file-did-end', 'wave-file-did-fail'], state }
}

testTable('WaveFile', {
  states: {
    silent: () => placedFile(() => {}),
    plays: () => placedFile((it) => it.start({ loopCount: 0 })),
    'plays, paused': () =>
      placedFile((it) => {
        it.start()
        it.pause()
      }),
    'played, again silent': () =>
      placedFile((it) => {
        it.start()
        it.stop()
      }),
    'no file': () => placedFile(() => {}, join(folder, 'none.wav')),
    'engine stopped': () => placedFile(() => {}, TONE, true),
  },
  inputs: {
    start: ({ it }) => it.start({ loopCount: 0 }),
    'start too loud': ({ it }) => it.start({ level: 1001 }),
    pause: ({ it }) => it.pause(),
    resume: ({ it }) => it.resume(),
    seek: ({ it }) => it.seek(0.1),
    stop: ({ it }) => it.stop(),
    dispose: ({ it }) => it[Symbol.dispose](),
  },
  cells: {
    //                       start     too loud   pause     resume    seek      stop      dispose
    silent: '                plays     -argument  -state    -state    -state    silent    silent'.trim(),
    plays: '                 -state    -state     plays     plays     plays     silent!   silent'.trim(),
    'plays, paused': '       -state    -state     plays     plays     plays     silent!   silent'.trim(),
    'played, again silent': 'plays     -argument  -state    -state    -state    silent    silent',
    'no file': '             silent!   -argument  -state    -state    -state    silent    silent'.trim(),
    'engine stopped': '      -stopped  -stopped   -stopped  -stopped  -stopped  -stopped  silent'.trim(),
  },
})

let recordings = 0

async function placedRecording(steps: (it: RecordingWaveFile) => unknown, where = folder) {
  const party = await withSound('alice')
  const it = new RecordingWaveFile(join(where, `recording-${++recordings}.wav`), { engine: party.engine })
  await steps(it)
  const { notifications } = party.engine
  const state = () => (it.isPaused ? 'paused' : it.isActive ? 'records' : 'closed')
  return { it, notifications, tells: ['recording-wave-file-did-end', 'recording-wave-file-did-fail'], state }
}

testTable('RecordingWaveFile', {
  states: {
    new: () => placedRecording(() => {}),
    records: () => placedRecording((it) => it.start()),
    paused: () =>
      placedRecording((it) => {
        it.start()
        it.pause()
      }),
    closed: () =>
      placedRecording((it) => {
        it.start()
        it.stop()
      }),
    'no folder': () => placedRecording(() => {}, join(folder, 'none')),
  },
  inputs: {
    start: ({ it }) => it.start(),
    'start, one second at most': async ({ it }) => {
      it.start({ maxBytes: 3200 })
      await expect.poll(() => it.isActive, { timeout: 3000 }).toBe(false)
    },
    pause: ({ it }) => it.pause(),
    resume: ({ it }) => it.resume(),
    stop: ({ it }) => it.stop(),
    dispose: ({ it }) => it[Symbol.dispose](),
  },
  cells: {
    //           start    limited  pause    resume   stop    dispose
    new: '       records  closed!  -state   -state   closed  closed'.trim(),
    records: '   -state   -state   paused   records  closed  closed'.trim(),
    paused: '    -state   -state   paused   records  closed  closed'.trim(),
    closed: '    -state   -state   -state   -state   closed  closed'.trim(),
    'no folder': 'closed! closed!  -state   -state   closed  closed',
  },
})
