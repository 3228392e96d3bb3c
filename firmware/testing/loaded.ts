// Preloaded into a phone (NODE_OPTIONS=--import=FILE): when it first registers, it prints which of Node's own modules it had
// to load beyond those of an empty program, as one line `loaded: NAME …` on standard error.
const known = (): readonly string[] => (process as unknown as { moduleLoadList: readonly string[] }).moduleLoadList
const before = new Set(known())
const write = process.stderr.write.bind(process.stderr)

process.stderr.write = (text: string | Uint8Array) => {
  if (String(text).includes('line registering') && process.stderr.write !== write) {
    process.stderr.write = write
    // Those that programs can name: the rest is their inside.
    const names = known().filter((name) => !before.has(name) && /^NativeModule (?!internal\/)/.test(name))
    write(`loaded: ${names.map((name) => name.slice('NativeModule '.length)).join(' ')}\n`)
  }
  return write(text)
}
