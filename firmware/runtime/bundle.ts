// Makes build/bundle/offhook.cjs, the whole firmware in one file, and says how large it is.
//
//   node firmware/runtime/bundle.ts
//
// CommonJS, because a V8 startup snapshot takes nothing else. The addon and the packages with native code stay outside.
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Bundles `entry` and all it imports as the firmware is bundled; resolves to `outfile`. */
export async function bundle(entry: string, outfile: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['onoff', 'i2c-bus'],
    // Names stay, so that a stack trace in a log can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    define: { 'import.meta.url': 'offhookBundleUrl', 'process.env.OFFHOOK_BUILT_MS': JSON.stringify(`${builtMs()}`) },
    banner: { js: "const offhookBundleUrl=require('node:url').pathToFileURL(__filename).href;" },
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
