// Around each test in real time and each file: should it fail while the host stood still, its error says so.
import { aroundAll, beforeEach, type TestError } from 'vitest'
import { LONG_MS, STOOD_STILL, watchHost } from './host.ts'

const longest = await watchHost()

function blame(errors: readonly TestError[]): void {
  const pause = longest()
  if (pause < LONG_MS) return
  for (const error of errors) {
    const said = `${error.message} (${STOOD_STILL} ${pause} ms)`
    // Reports are made of the stack, whose head is the message.
    if (error.stack) error.stack = error.stack.replace(error.message, () => said)
    error.message = said
  }
}

beforeEach(({ onTestFailed }) => {
  longest()
  onTestFailed(({ task }) => blame(task.result?.errors?.slice(-1) ?? []))
})

// What is set up before all of its tests and taken down behind them has its errors with the file; see run.ts.
// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the text of the function that no fixture is wanted
aroundAll(async (runSuite, {}, suite) => {
  longest()
  await runSuite()
  blame(suite.result?.errors ?? [])
})
