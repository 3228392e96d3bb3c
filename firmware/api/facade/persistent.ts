// Objects that are written to documents and read again: PJSUA2's PersistentObject, ContainerNode and documents.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { jsonFault } from '../../../provisioning/schema/json-fault.ts'
import { show, type as typeOf } from '../../../provisioning/schema/words.ts'
import { OperationError } from './errors.ts'

/** What a document holds: the data of JSON. */
export type Data = boolean | number | string | null | readonly Data[] | { readonly [name: string]: Data }

/** Something that can be put down and taken up again. */
export interface PersistentObject {
  /** Writes its members into a node of its own. */
  writeObject(node: ContainerNode): void
  /** Reads them from there; throws an OperationError naming the member that is wrong. */
  readObject(node: ContainerNode): void
}

type Values = { [name: string]: Data }

/** Named values of a document, each of which knows its path. */
export class ContainerNode {
  readonly #values: Values
  /** Where it stands in its document: `/accounts/1`; '' is the whole. */
  readonly path: string

  constructor(values: Values, path = '') {
    this.#values = values
    this.path = path
  }

  /** Throws an OperationError with the path where there is nothing of that name, or something else; so do all that read. */
  readBool(name: string): boolean {
    return this.#read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  /** Throws as `readBool`. */
  readNumber(name: string): number {
    return this.#read(name, 'a number', (value) => (typeof value === 'number' ? value : undefined))
  }

  /** Throws as `readBool`. */
  readString(name: string): string {
    return this.#read(name, 'a text', (value) => (typeof value === 'string' ? value : undefined))
  }

  /** A list, each of it a text. Throws as `readBool`. */
  readStringVector(name: string): readonly string[] {
    return this.#read(name, 'a list of texts', (value) =>
      Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined,
    )
  }

  /** The node inside this one of that name. Throws as `readBool`. */
  readContainer(name: string): ContainerNode {
    const values = this.#read(name, 'an object', (value) => (isValues(value) ? value : undefined))
    return new ContainerNode(values, `${this.path}/${name}`)
  }

  /** Reads `object` from what was written under that name. */
  readObject(name: string, object: PersistentObject): void {
    object.readObject(this.readContainer(name))
  }

  /** A list of objects, each read by `make`. */
  readObjects<T>(name: string, make: (node: ContainerNode) => T): readonly T[] {
    const list = this.#read(name, 'a list of objects', (value) =>
      Array.isArray(value) && value.every(isValues) ? (value as readonly Values[]) : undefined,
    )
    return list.map((values, at) => make(new ContainerNode(values, `${this.path}/${name}/${at}`)))
  }

  /** Whether there is anything of that name. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }

  /** Everything in it, as plain data. */
  readAll(): Data {
    return this.#values
  }

  /** In place of what stood under that name, as all that write. */
  writeBool(name: string, value: boolean): void {
    this.#write(name, value)
  }

  /** Throws for NaN and infinities, which JSON has no words for. */
  writeNumber(name: string, value: number): void {
    if (!Number.isFinite(value)) throw new OperationError('writeNumber', 'argument', `${name}: ${value} is no number`)
    this.#write(name, value)
  }

  /** In place of what stood there. */
  writeString(name: string, value: string): void {
    this.#write(name, value)
  }

  /** A copy of the list. */
  writeStringVector(name: string, value: readonly string[]): void {
    this.#write(name, [...value])
  }

  /** An empty node inside this one, to be written into. */
  writeContainer(name: string): ContainerNode {
    const values: Values = {}
    this.#write(name, values)
    return new ContainerNode(values, `${this.path}/${name}`)
  }

  /** Has `object` write itself into a node of that name. */
  writeObject(name: string, object: PersistentObject): void {
    object.writeObject(this.writeContainer(name))
  }

  /** A list of nodes, one for each object, which writes itself there. */
  writeObjects(name: string, objects: readonly PersistentObject[]): void {
    const list = objects.map((): Values => ({}))
    this.#write(name, list)
    for (const [at, object] of objects.entries())
      object.writeObject(new ContainerNode(list[at]!, `${this.path}/${name}/${at}`))
  }

  /** Adds a copy of every member of an object; anything else is passed over. */
  writeAll(data: Data): void {
    if (isValues(data)) Object.assign(this.#values, structuredClone(data))
  }

  #write(name: string, value: Data): void {
    Object.defineProperty(this.#values, name, { value, enumerable: true, writable: true, configurable: true })
  }

  #read<T>(name: string, expected: string, pick: (value: Data) => T | undefined): T {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name]! : undefined
    const picked = value === undefined ? undefined : pick(value)
    if (picked !== undefined) return picked
    const secret = /password|secret|^data$/i.test(name)
    const got = value === undefined ? 'nothing' : typeof value === 'object' ? typeOf(value) : show(value, secret)
    throw new OperationError('readObject', 'argument', `${this.path}/${name}: expected ${expected}, got ${got}`)
  }
}

const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A document in some format: whoever adds a format says how its text is read and written. */
export abstract class PersistentDocument {
  #root: Values = {}

  /** The data in a text; throws an Error that says where it is wrong. */
  protected abstract parse(text: string): Data
  /** The text of that data, which `parse` reads again. */
  protected abstract print(data: Data): string

  /** Its values; empty in a new document. */
  get root(): ContainerNode {
    return new ContainerNode(this.#root)
  }

  /** In place of all it held; throws with where the text is wrong, and changes nothing then. */
  loadString(text: string): void {
    this.#load('loadString', text, 'the text')
  }

  /** Its values as a text of its format. */
  saveString(): string {
    return this.print(this.#root)
  }

  /** As `loadString`; throws too where the file cannot be read. */
  loadFile(file: string): void {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      throw new OperationError('loadFile', 'system', (error as Error).message, error)
    }
    this.#load('loadFile', text, file)
  }

  /** Whole or not at all: what stood there stays until the new one is written. Nobody else can read it, as there may be passwords in it. */
  saveFile(file: string): void {
    try {
      writeFileSync(`${file}.new`, this.saveString(), { mode: 0o600, flush: true })
      renameSync(`${file}.new`, file)
    } catch (error) {
      throw new OperationError('saveFile', 'system', (error as Error).message, error)
    }
  }

  /** Under its class's name, as `readObject` looks for it. */
  writeObject(object: PersistentObject): void {
    this.root.writeObject(object.constructor.name, object)
  }

  /** From what `writeObject` wrote for an object of that class. Throws naming the path that is wrong. */
  readObject(object: PersistentObject): void {
    this.root.readObject(object.constructor.name, object)
  }

  #load(operation: string, text: string, where: string): void {
    let data: Data
    try {
      data = this.parse(text)
    } catch (error) {
      throw new OperationError(operation, 'argument', `${where}: ${(error as Error).message}`)
    }
    if (!isValues(data))
      throw new OperationError(operation, 'argument', `${where}: expected an object, got ${typeOf(data)}`)
    this.#root = data
  }
}

/** A document in JSON (RFC 8259), indented by two. What is wrong is named by line and character, never quoted. */
export class JsonDocument extends PersistentDocument {
  protected parse(text: string): Data {
    const fault = jsonFault(text)
    // The parser's own words quote the text, and there may be a password in it.
    if (fault !== undefined) throw new Error(`not JSON at ${placeOf(text, fault)}`)
    return JSON.parse(text) as Data
  }

  protected print(data: Data): string {
    return `${JSON.stringify(data, null, 2)}\n`
  }
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n')
  return `line ${before.length}, character ${before.at(-1)!.length + 1}`
}
