// Ending everything that was begun, though ending one of it fails.
export type End = () => Promise<void> | void

/** One after the other. Throws what went wrong, all of it. */
export async function endAll(ends: readonly End[]): Promise<void> {
  const errors: Error[] = []
  for (const end of ends) {
    try {
      await end()
    } catch (error) {
      errors.push(error as Error)
    }
  }
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'), { cause: errors[0] })
}
