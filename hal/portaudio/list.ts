// `node hal/portaudio/list.ts`: the sound devices a handset of kind `portaudio` can name.
import { listDevices } from './parent.ts'

try {
  for (const { id, name, host, inputs, outputs, defaultRate } of await listDevices())
    process.stdout.write(`#${id}\t${name}\t${host}, ${inputs} in, ${outputs} out, ${defaultRate} Hz\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
