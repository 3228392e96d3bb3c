// docs/core.md and docs/api.md against what the package exports: their code compiles, and what their tables name exists.
import { expect, test } from 'vitest'
import { compiled, KEY, key } from '../../testing/compiled.ts'
import { type CodeBlock, codeIn, codes, rowsIn } from '../../testing/docs.ts'

const [beginning, ...tour] = codeIn('core.md')
const programs: readonly CodeBlock[] = [
  { name: beginning!.name, code: beginning!.code },
  ...tour.map(({ name, code }) => ({ name, code: `${beginning!.code}\n${code}` })),
  ...codeIn('api.md'),
]

test('the code of both compiles', { timeout: 60_000 }, async () => {
  expect(programs.length).toBeGreaterThan(15)
  // Each a module of its own.
  expect(
    await compiled(Object.fromEntries(programs.map(({ code }, i) => [`block-${i}`, `${code}\nexport {}\n`]))),
  ).toBe('')
})

// ---- tables of core.md -----------------------------------------------------------------------------------------------

const rows = rowsIn('core.md')
const CLASSES = [...new Set(rows.filter(({ head }) => head === 'sipsimple').map(({ section }) => section))]
/** What `new` of it, or `start`, or the function takes as options. */
const OPTIONS: Readonly<Record<string, string>> = {
  Engine: 'core.StartOptions',
  sendMessage: 'core.SendMessageOptions',
  SipUri: 'core.SipUriParts',
  WaveFile: 'core.WaveFileStart',
  RecordingWaveFile: 'core.RecordingStart',
}
const optionsOf = (section: string) => OPTIONS[section] ?? `core.${section}Options`

/** What a code in the second column says there is, as a line that compiles where it is so. */
function claim(section: string, code: string): string {
  const notification = /^[a-z]+(-[a-z]+)+$/.exec(code)?.[0]
  if (notification !== undefined) return key('core.NotificationMap', notification)
  const option = /^\{ (\w+) \}$/.exec(code)?.[1]
  if (option !== undefined) return key(optionsOf(section), option)
  const made = /^new (\w+)\(/.exec(code)?.[1]
  if (made !== undefined) return `core.${made} satisfies new (...args: never) => object`
  const [, owner, member] = /^(?:([A-Z]\w+)\.)?(\w+)(?:\(.*\))?$/.exec(code) ?? []
  if (owner !== undefined) return key(`typeof core.${owner}`, member!)
  if (member === section) return `core.${section} satisfies (...args: never) => void`
  return key(`core.${section}`, member ?? code)
}

/** Members of what the notification before them tells. */
const members = (notification: string, cell: string): readonly string[] =>
  [...cell.matchAll(/`data\.(\w+)`/g)].map(([, name]) => key(`core.NotificationMap['${notification}']['data']`, name!))

const HEAD = `import * as core from 'offhook/core'\n${KEY}`

test('what the tables of core.md name is there', { timeout: 60_000 }, async () => {
  const claims = rows.flatMap(({ section, head, cells: [, here = '', notes = ''] }) => {
    if (head !== 'sipsimple') return []
    const named = codes(here)
    const notification = named.find((code) => code.includes('-'))
    return [
      ...named.map((code) => claim(section, code)),
      ...(notification === undefined ? [] : members(notification, notes)),
    ]
  })
  expect(CLASSES).toHaveLength(17)
  expect(claims.length).toBeGreaterThan(200)
  expect(await compiled({ tables: HEAD + claims.join('\n') })).toBe('')
})

test('a name that is none is found', { timeout: 60_000 }, async () => {
  const wrong = [
    claim('Registration', 'registers()'),
    claim('Registration', '{ expire }'),
    claim('Engine', 'engine-will-begin'),
    ...members('invitation-got-sdp-update', '`data.cause`'),
  ]
  const said = await compiled({ wrong: HEAD + wrong.join('\n') })
  for (const name of ['registers', 'expire', 'engine-will-begin', 'cause']) expect(said).toContain(`'"${name}"'`)
})

test('every state and every notification is in core.md, and no other', { timeout: 60_000 }, async () => {
  const stated = new Map<string, string[]>()
  for (const { section, head, cells } of rows)
    if (head === 'State') stated.set(section, [...(stated.get(section) ?? []), codes(cells[0]!)[0]!])
  expect([...stated.keys()]).toEqual([
    ...['Engine', 'Registration', 'Publication', 'Subscription', 'Invitation', 'RtpTransport'],
  ])
  const told = rows.flatMap(({ cells }) => cells.flatMap(codes)).filter((code) => /^[a-z]+(-[a-z]+)+$/.test(code))
  const exactly = (type: string, names: readonly string[]) =>
    `({ ${[...new Set(names)].map((name) => `'${name}': 1`).join(', ')} }) satisfies { [K in Listed<${type}>]: 1 }`
  const text = [
    HEAD,
    // Beside its own words a subscription has those of the peer: any.
    'type Listed<T> = T extends infer S extends PropertyKey ? ({} extends Record<S, 1> ? never : S) : never',
    ...[...stated].map(([section, names]) => exactly(`core.${section}State`, names)),
    exactly("Exclude<core.NotificationName, 'facade-turn'>", told),
  ]
  expect(await compiled({ states: text.join('\n') })).toBe('')
})

test('the tables of what moves an object name states of it', () => {
  for (const { section, head, cells } of rows) {
    const known = rows.flatMap((row) =>
      row.section === section && row.head === 'State' ? codes(row.cells[0]!)[0]! : [],
    )
    if (head !== '' || known.length === 0) continue
    expect(known, `${section} ${cells[0]}`).toEqual(expect.arrayContaining([...codes(cells[1]!), ...codes(cells[3]!)]))
  }
})

// ---- tables of api.md ------------------------------------------------------------------------------------------------

/** `Endpoint` is a class with what it has itself, `EpConfig.uaConfig` a group of settings. */
const typesOf = (owner: string): string => {
  const [name, group] = owner.split('.')
  return group === undefined ? `facade.${name} | typeof facade.${name}` : `facade.${name}['${group}']`
}

test('each event of the façade has a callback of its name, and each callback an event', {
  timeout: 60_000,
}, async () => {
  const of = (name: string) => {
    const wanted = `\`on\${Capitalize<keyof facade.${name}Events & string>}\``
    const had = `Exclude<Extract<keyof facade.${name}, \`on\${string}\`>, 'on' | 'once'>`
    return `type ${name} = None<Exclude<${wanted}, ${had}> | Exclude<${had}, ${wanted}>>`
  }
  const names = ['Endpoint', 'Account', 'Call', 'Buddy']
  const text = (types: readonly string[]) =>
    ["import type * as facade from 'offhook'", 'type None<T extends never> = T', ...types].join('\n')
  expect(await compiled({ callbacks: text(names.map(of)) })).toBe('')
  expect(await compiled({ callbacks: text([of('Call').replace('keyof facade.CallEvents', "'callStat'")]) })).toContain(
    'onCallStat',
  )
})

/** Of `theirs`: `ours`, `ours`. */
const oursIn = (cell: string): readonly string[] =>
  cell.split(';').flatMap((part) => codes(part.split(': ')[1] ?? '').filter((name) => /^\w+$/.test(name)))

test('what api.md says is as in PJSUA2 is there, what it says is not is not', { timeout: 60_000 }, async () => {
  const named = rowsIn('api.md').filter(({ head }) => head === 'Class')
  const claims = named.flatMap(({ cells: [owner = '', names = '', instead] }) =>
    codes(names).map((name) => {
      const claim = key(typesOf(codes(owner)[0]!), name)
      return instead === undefined ? claim : `// @ts-expect-error there is none\n${claim}`
    }),
  )
  expect(claims.length).toBeGreaterThan(200)
  const data = rowsIn('api.md').filter(({ head }) => head === 'Data')
  expect(data.length).toBeGreaterThan(30)
  for (const {
    cells: [type = '', names = '', otherwise = ''],
  } of data)
    for (const name of [...codes(names), ...oursIn(otherwise)]) claims.push(key(`facade.${codes(type)[0]}`, name))
  expect(await compiled({ api: `import * as facade from 'offhook'\n${KEY}${claims.join('\n')}` })).toBe('')
})
