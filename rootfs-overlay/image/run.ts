// Runs a program to its end; what it printed is in the error when it fails.
import { spawnSync } from 'node:child_process'

/** Its standard output. Throws when it fails. `env` is added to the environment; undefined takes a variable away. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): string {
  const done = spawnSync(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, LC_ALL: 'C', TZ: 'UTC', ...env },
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  if (done.error) throw new Error(`${command}: ${done.error.message}`)
  if (done.status !== 0)
    throw new Error(
      `failed (${done.status ?? done.signal}): ${command} ${args.join(' ')}\n${done.stdout}${done.stderr}`,
    )
  return done.stdout
}
