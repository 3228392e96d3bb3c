// Runs a command in a network of its own: loopback, and a tap for the phone with our address on it; nothing else is reachable.
//
//   node inside.ts COMMAND [ARGUMENT…]
//
// The network, and every process in it, ends with the command; nothing has to be cleaned up.
import { spawn } from 'node:child_process'
import { HERE, PREFIX, TAP } from './network.ts'

if (process.getuid!() !== 0) {
  console.error(
    'The phone is booted on a network of its own, with a tap in it, and only root may make one: run this as root.',
  )
  process.exit(1)
}
const set = [
  'ip link set lo up',
  `ip tuntap add ${TAP} mode tap`,
  `ip address add ${HERE}/${PREFIX} dev ${TAP}`,
  `ip link set ${TAP} up`,
  'mount -t sysfs sysfs /sys',
  '"$@"',
]
const apart = ['--net', '--pid', '--fork', '--kill-child', '--mount', '--mount-proc']
const command = [...apart, 'sh', '-ec', set.join('\n'), 'sh', ...process.argv.slice(2)]
const child = spawn('unshare', command, {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
})
child.on('error', (error) => {
  console.error(`unshare: ${error.message}`)
  process.exit(1)
})
child.on('exit', (code) => process.exit(code ?? 1))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGKILL'))
