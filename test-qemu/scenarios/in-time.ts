// A promise that is kept in time, or an error that says what was waited for.
export async function inTime<T>(what: string, ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms)
  })
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
