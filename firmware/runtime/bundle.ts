// Makes build/bundle/offhook.cjs, the whole firmware in one file, and says how large it is.
//
//   node firmware/runtime/bundle.ts
//
// CommonJS, because a V8 startup snapshot takes nothing else. Addons stay outside.
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Where addons of packages are from the bundle, when they are asked for; others are beside it. */
const ADDONS: Readonly<Record<string, string>> = {
  'epoll.node': 'node_modules/epoll/build/Release/epoll.node',
  'i2c.node': 'node_modules/i2c-bus/build/Release/i2c.node',
}
/**
 * What `mqtt` would bring for WebSockets, SOCKS proxies, browsers and its own debugging, what `naudiodon` would do with
 * SIGSEGV, and how packages look for their addons; and what stands there instead.
 */
const REPLACED: Readonly<Record<string, string>> = {
  ...{ ws: '', socks: '', 'worker-timers': '' },
  debug: 'module.exports=()=>()=>{}',
  'segfault-handler': 'exports.registerHandler=()=>{}',
  bindings: 'module.exports=(name)=>offhookBundle.addon(name)',
}
const PACKAGES: Plugin = {
  name: 'packages',
  setup(setup) {
    const named = (names: readonly string[]) => ({ filter: new RegExp(`^(${names.join('|')})$`) })
    setup.onResolve(named(Object.keys(REPLACED)), ({ path }) => ({ path, namespace: 'replaced' }))
    setup.onLoad({ filter: /^/, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path]! }))
  },
}
/** Where the bundle is, asked for late: what is loaded into a snapshot does not know yet. Node's own way to an addon reads a dozen files. */
const HEAD = `const offhookBundle={get url(){return require('node:url').pathToFileURL(process.argv[1]).href},addon(name){
const loaded={exports:{}},file=${JSON.stringify(ADDONS)}[name]??name;
process.dlopen(loaded,require('node:path').resolve(process.argv[1],'..',file));return loaded.exports}};`

/** Bundles `entry` and all it imports as the firmware is bundled; resolves to `outfile`. */
export async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    // Names in the bundle are relative to it: the same wherever the build is started.
    absWorkingDir: here('../..'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    // The package is Node's own streams of another year.
    alias: { 'readable-stream': 'node:stream' },
    plugins: [PACKAGES],
    // Names stay, so that a stack trace in a log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { 'import.meta.url': 'offhookBundle.url', 'process.env.OFFHOOK_BUILT_MS': JSON.stringify(`${builtMs()}`) },
    banner: { js: HEAD },
    logLevel: 'warning',
  })
  return outfile
}

/** SOURCE_DATE_EPOCH, in seconds, makes two builds of the same sources the same. */
const builtMs = () => Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000)) * 1000

if (import.meta.main) {
  const outfile = await bundle(here('main.ts'), here('../../build/bundle/offhook.cjs'))
  process.stdout.write(`${outfile}: ${(statSync(outfile).size / 1000).toFixed(0)} kB\n`)
}
