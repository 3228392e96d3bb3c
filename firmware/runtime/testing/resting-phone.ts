// A whole phone on the modelled board in a lab of its own, in a process that others look at from outside: says `registered` when
// it is, and goes on until it is told to stop.
//
//   node resting-phone.ts FOLDER
import { simulateInLab } from '../simulator.ts'

const { stop } = await simulateInLab(
  {
    folder: process.argv[2]!,
    log: () => {},
    witness(seen) {
      if (seen.of === 'ua' && seen.event.kind === 'account-state' && seen.event.registration === 'registered')
        process.stdout.write('registered\n')
    },
  },
  { speak: '', record: '', mouth: '' },
)
process.once('SIGTERM', () => void stop().then(() => process.exit(0)))
