// Before each test in real time: should it fail while the host stood still, its error says so.
import { beforeEach } from 'vitest'
import { LONG_MS, STOOD_STILL, watchHost } from './host.ts'

const longest = await watchHost()

beforeEach(({ onTestFailed }) => {
  longest()
  onTestFailed(({ task }) => {
    const pause = longest()
    const error = task.result?.errors?.at(-1)
    if (!error || pause < LONG_MS) return
    const said = `${error.message} (${STOOD_STILL} ${pause} ms)`
    // Reports are made of the stack, whose head is the message.
    if (error.stack) error.stack = error.stack.replace(error.message, () => said)
    error.message = said
  })
})
