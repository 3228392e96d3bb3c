// Makes build/bundle/offhook.cjs, the whole firmware in one file, and says how large it is.
//
//   node firmware/runtime/bundle.ts
//
// CommonJS, because a V8 startup snapshot takes nothing else. The addon and the packages with native code stay outside.
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Packages with native code: found beside the bundle, when they are asked for. */
const BESIDE = ['onoff', 'i2c-bus']
/**
 * What `mqtt` would bring for WebSockets, SOCKS proxies, browsers and its own debugging, what `naudiodon` would do with
 * SIGSEGV, and how it finds its addon, which is beside the bundle; and what stands there instead.
 */
const REPLACED: Readonly<Record<string, string>> = {
  ...{ ws: '', socks: '', 'worker-timers': '' },
  debug: 'module.exports=()=>()=>{}',
  'segfault-handler': 'exports.registerHandler=()=>{}',
  bindings: `module.exports=(name)=>require('node:module').createRequire(offhookBundle.url)('./'+name)`,
}
/** Inside a snapshot there is no `import()`, and the `require` of a bundle knows Node's own modules only. */
const PACKAGES: Plugin = {
  name: 'packages',
  setup(setup) {
    const named = (names: readonly string[]) => ({ filter: new RegExp(`^(${names.join('|')})$`) })
    setup.onResolve(named(BESIDE), ({ path }) => ({ path, namespace: 'beside' }))
    setup.onLoad({ filter: /^/, namespace: 'beside' }, ({ path }) => ({
      contents: `module.exports=require('node:module').createRequire(offhookBundle.url)('${path}')`,
    }))
    setup.onResolve(named(Object.keys(REPLACED)), ({ path }) => ({ path, namespace: 'replaced' }))
    setup.onLoad({ filter: /^/, namespace: 'replaced' }, ({ path }) => ({ contents: REPLACED[path]! }))
  },
}
/** Where the bundle is, asked for late: what is loaded into a snapshot does not know yet. */
const HEAD = "const offhookBundle={get url(){return require('node:url').pathToFileURL(process.argv[1]).href}};"

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
