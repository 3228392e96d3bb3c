// A program for tests of how the phone is started: says how it began, stands if told to, ends with the exit code it is given.
//
//   begun.ts stand|fall CODE
import { rmSync } from 'node:fs'
import { begin } from '../../firmware/runtime/begin.ts'

begin((of) => {
  const [, , how, code] = process.argv
  const { GIVEN: given, OFFHOOK_TRIED, NODE_COMPILE_CACHE: cache } = process.env
  const memory = [...process.execArgv.filter((word) => word.startsWith('--no-')), process.env.MALLOC_ARENA_MAX]
  process.stdout.write(JSON.stringify({ of, how, given, pid: process.pid, cache, memory }))
  if (how === 'stand' && OFFHOOK_TRIED !== undefined) rmSync(OFFHOOK_TRIED)
  process.exitCode = Number(code)
}, [])
