// Runs in the guest, as a bundle: what PortAudio lists there, and its device `desk` opened for the media engine.
//
//   node guest-portaudio.cjs NODE      NODE: this Node as a command, for the guest cannot start arm64 programs by itself
import { createPortAudio, listDevices } from '../../hal/portaudio/parent.ts'
import { createMediaEngine } from '../../native/lib/media.ts'

process.execPath = process.argv[2]!

async function main(): Promise<void> {
  const devices = await listDevices()
  const sound = createPortAudio((record) => process.stderr.write(`${JSON.stringify(record)}\n`))
  const { promise: opened, resolve } = Promise.withResolvers<string>()
  const engine = createMediaEngine((events) => {
    for (const event of events) {
      if (event.kind === 'port-opened') resolve(event.detail)
      if (event.kind === 'port-failed') resolve(event.reason)
    }
  })
  const device = { kind: 'external', socket: sound.socket, capture: true, playback: true, rate: 16_000 } as const
  engine.command({ kind: 'open-device', port: 'handset', device })
  sound.use({ capture: 'desk', playback: 'desk', rate: 16_000 })
  // The engine alone does not keep a process alive.
  const patience = setTimeout(() => resolve('nothing was opened'), 20_000)
  const detail = await opened
  clearTimeout(patience)
  sound.stop()
  await engine.close()
  process.stdout.write(JSON.stringify({ arch: process.arch, devices, detail }))
}
void main()
