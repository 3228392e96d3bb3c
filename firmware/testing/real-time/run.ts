// Runs tests in real time, with Vitest's arguments: those behind options are which. Vitest tries tests again, but not what is set
// up before all tests of a file; a file that failed so while the host was seen to stand still is run again as a whole, and said.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { STOOD_STILL } from './host.ts'

interface FileResult {
  readonly name: string
  readonly status: string
  /** The first error of the file itself. */
  readonly message: string
  readonly assertionResults: readonly { readonly status: string }[]
}

const TRIES = 3
const REPORT = '--outputFile.json='

const args = process.argv.slice(2)
const options = args.filter((each) => each.startsWith('--'))
const report = options.find((each) => each.startsWith(REPORT))?.slice(REPORT.length)
if (report === undefined) throw new Error(`expected ${REPORT}FILE among ${args.join(' ')}`)
const read = () => JSON.parse(readFileSync(report, 'utf8'))

function run(files: readonly string[]): Promise<{ readonly code: number; readonly unhandled: boolean }> {
  return new Promise((resolve, reject) => {
    const words = ['node_modules/vitest/vitest.mjs', 'run', ...options, ...files]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.on('error', reject)
    // An error that no file has is in no report.
    child.on('close', (code) => resolve({ code: code ?? 1, unhandled: output.includes('Unhandled Errors') }))
  })
}

const stoodStill = ({ status, message, assertionResults }: FileResult) =>
  status === 'failed' && message.includes(STOOD_STILL) && assertionResults.every((each) => each.status !== 'failed')

let { code, unhandled } = await run(args.filter((each) => !each.startsWith('--')))
for (let tries = 1; tries < TRIES && code !== 0 && !unhandled; tries++) {
  const before = read()
  const again: readonly FileResult[] = before.testResults.filter(stoodStill)
  if (again.length === 0) break
  for (const { name, message } of again) console.log(`run again: ${name}: ${message.split('\n', 1)[0]}`)
  ;({ code, unhandled } = await run(again.map(({ name }) => name)))
  const after = new Map((read().testResults as FileResult[]).map((each) => [each.name, each]))
  const testResults = before.testResults.map((each: FileResult) => after.get(each.name) ?? each)
  writeFileSync(report, JSON.stringify({ ...before, testResults }))
  if (testResults.some(({ status }: FileResult) => status !== 'passed')) code = 1
}
process.exit(code)
