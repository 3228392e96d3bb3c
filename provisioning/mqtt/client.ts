// The only file that knows the MQTT library: one connection to a broker, without any reconnecting of its own.
import { readFile } from 'node:fs/promises'
import type { MqttClient } from 'mqtt'
import type { Secret } from '../../firmware/base/secret.ts'
import { explain } from './trouble.ts'

export interface ConnectionOptions {
  /** mqtt://HOST[:PORT] or mqtts://HOST[:PORT]. */
  readonly broker: string
  readonly clientId: string
  readonly credentials: { readonly username: string; readonly password: Secret } | undefined
  /** PEM files; a broker is believed by `ca`, else by the system's certificates. */
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly will: { readonly topic: string; readonly payload: string } | undefined
}

export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
  readonly responseTopic: string | undefined
  readonly correlation: Buffer | undefined
}

export interface ConnectionEvents {
  connected(): void
  message(message: Message): void
  /** The last event. `reason` is '' when it was ended by us. */
  closed(reason: string): void
}

export interface Connection {
  subscribe(filter: string, noLocal: boolean): Promise<void>
  /** QoS 1; rejects when the connection closes first, and with a number as `code` when the broker refused it. */
  publish(topic: string, payload: string, options: { retain: boolean; correlation?: Buffer | undefined }): Promise<void>
  /** Says goodbye: the will is not published. */
  end(): Promise<void>
}

/** MQTT keep-alive, s, and the time the broker has to accept a connection, ms. */
const KEEP_ALIVE = 30
const CONNECT_TIMEOUT = 10_000
/** A goodbye the broker does not answer takes this long, ms. */
const GOODBYE = 1000
/** Larger packets the broker keeps to itself (MQTT 5 maximum packet size), bytes. */
const MAX_PACKET = 1_048_576

/** Loads the library on first use. Rejects when a PEM file cannot be read. */
export async function connect(options: ConnectionOptions, events: ConnectionEvents): Promise<Connection> {
  const { default: mqtt } = await import('mqtt')
  const [ca, cert, key] = await Promise.all([options.ca, options.cert, options.key].map(readIfNamed))
  const { credentials, will } = options
  // Taken apart here: the library does it by url.parse(), which Node warns of on standard error.
  const { protocol, hostname, port } = new URL(options.broker)
  const client: MqttClient = mqtt.connect({
    protocol: protocol === 'mqtts:' ? 'mqtts' : 'mqtt',
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    protocolVersion: 5,
    clientId: options.clientId,
    clean: true,
    keepalive: KEEP_ALIVE,
    connectTimeout: CONNECT_TIMEOUT,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // Its cache of encoded numbers takes 20 MB.
    writeCache: false,
    properties: { maximumPacketSize: MAX_PACKET, sessionExpiryInterval: 0 },
    ...(credentials && { username: credentials.username, password: credentials.password.reveal() }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(will && { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1 as const, retain: true } }),
  })
  let reason = ''
  let closed = false
  client.on('connect', () => events.connected())
  client.on('error', (error) => {
    reason = explain(error)
    // The library leaves a connection open whose CONNECT was refused.
    client.end(true)
  })
  client.on('disconnect', (packet) => {
    reason = `the broker ended the session (${packet.reasonCode ?? 0})`
  })
  client.on('message', (topic, payload, packet) =>
    events.message({
      topic,
      payload,
      retain: packet.retain,
      responseTopic: packet.properties?.responseTopic,
      correlation: packet.properties?.correlationData,
    }),
  )
  client.on('close', () => {
    if (closed) return
    closed = true
    client.end(true)
    events.closed(client.disconnecting && reason === '' ? '' : reason || 'the connection was lost')
  })
  return {
    async subscribe(filter, noLocal) {
      await client.subscribeAsync(filter, { qos: 1, nl: noLocal, rap: true })
    },
    async publish(topic, payload, { retain, correlation }) {
      const properties = correlation === undefined ? {} : { properties: { correlationData: correlation } }
      await client.publishAsync(topic, payload, { qos: 1, retain, ...properties })
    },
    async end() {
      const patience = setTimeout(() => client.end(true), GOODBYE)
      await client.endAsync()
      clearTimeout(patience)
    },
  }
}

const readIfNamed = (path: string | undefined) => (path === undefined ? undefined : readFile(path))
