import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{firmware,hal,native,ui-lcd,provisioning,rootfs-overlay,test-qemu}/**/*.test.ts'],
    passWithNoTests: false,
    allowOnly: false,
    // Tests of real parts start processes and sound threads: a file at a time per core, and time to set up.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
})
