// An operator's eye on the broker, by mosquitto's own clients: every message under a root, and a hand that publishes.
import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { until } from './mosquitto.ts'

export interface Seen {
  /** Below the root. */
  readonly topic: string
  readonly text: string
  readonly retain: boolean
}

export interface Observer {
  readonly seen: readonly Seen[]
  /** Waits for a message on the topic that holds these values, past (from number `from` of `seen`) or to come. */
  sees(topic: string, values: object, from?: number, withinMs?: number): Promise<Record<string, unknown>>
  /** `options`: of mosquitto_pub, e.g. `-r` for a retained message. */
  publish(topic: string, text: string, ...options: string[]): Promise<void>
  close(): void
}

/** `access`: options of mosquitto's clients to get in. */
export async function observe(port: number, root: string, access: readonly string[] = []): Promise<Observer> {
  const where = ['-h', '127.0.0.1', '-p', String(port), '-V', '5', '-q', '1', ...access]
  const child = spawn('mosquitto_sub', [
    ...where,
    '-t',
    `${root}/#`,
    '-t',
    'observer',
    '--retain-as-published',
    '-F',
    '%j',
  ])
  const seen: Seen[] = []
  let ready = false
  createInterface(child.stdout).on('line', (line) => {
    const { topic, payload, retain } = JSON.parse(line)
    if (topic === 'observer') ready = true
    else seen.push({ topic: topic.slice(root.length + 1), text: payload, retain: retain === 1 })
  })
  const run = promisify(execFile)
  await until('the observer to subscribe', async () => {
    if (!ready) await run('mosquitto_pub', [...where, '-t', 'observer', '-m', 'here'])
    return ready
  })
  return {
    seen,
    async sees(topic, values, from = 0, withinMs = 20_000) {
      let found: Record<string, unknown> | undefined
      const holds = (value: Record<string, unknown>) =>
        Object.entries(values).every(([key, wanted]) => JSON.stringify(value[key]) === JSON.stringify(wanted))
      await until(
        `${topic} with ${JSON.stringify(values)}`,
        () => {
          const texts = seen.slice(from).filter((one) => one.topic === topic && one.text !== '')
          found = texts.map((one) => JSON.parse(one.text)).find(holds)
          return found !== undefined
        },
        () => `seen: ${JSON.stringify(seen.slice(-5))}`,
        withinMs,
      )
      return found!
    },
    async publish(topic, text, ...options) {
      await run('mosquitto_pub', [...where, '-t', `${root}/${topic}`, '-m', text, ...options])
    },
    close: () => child.kill(),
  }
}
