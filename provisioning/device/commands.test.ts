// Commands: carried out once, answered always.
import { expect, test } from 'vitest'
import { createCommands } from './commands.ts'

function bench() {
  const done: string[] = []
  const answers: unknown[] = []
  const take = createCommands({
    identify: (payload) => void done.push(payload),
    count: () => done.length,
    fail: () => {
      throw new Error('no lamp')
    },
  })
  return {
    done,
    ask(name: string, payload = '', correlation?: string) {
      take({ name, payload, correlation, respond: (answer) => answers.push(answer) })
      return answers.at(-1)
    },
  }
}

test('a result, an error and an unknown command', () => {
  const { ask } = bench()
  expect(ask('identify')).toEqual({ ok: true, result: null })
  expect(ask('count')).toEqual({ ok: true, result: 1 })
  expect(ask('fail')).toEqual({ ok: false, error: 'no lamp' })
  expect(ask('fly')).toEqual({ ok: false, error: 'no such command', known: ['identify', 'count', 'fail'] })
  expect(ask('constructor')).toMatchObject({ ok: false, error: 'no such command' })
})

test('the same correlation is answered again without being done again; without one, each is its own', () => {
  const { ask, done } = bench()
  ask('identify', 'a', 'c1')
  ask('identify', 'a', 'c1')
  ask('identify', 'b')
  ask('identify', 'b')
  expect(done).toEqual(['a', 'b', 'b'])
  expect(ask('count', '', 'c1')).toEqual({ ok: true, result: 3 })
})

test('only so many answers are remembered', () => {
  const { ask, done } = bench()
  for (let request = 0; request <= 32; request++) ask('identify', 'x', `c${request}`)
  ask('identify', 'x', 'c32')
  ask('identify', 'x', 'c0')
  expect(done).toHaveLength(34)
})
