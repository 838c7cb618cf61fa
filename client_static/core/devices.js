// Whether this tablet can be heard and seen: its microphone and camera, opened for a moment and let go again. Nothing is
// recorded, and nothing leaves the tablet but the word for what was found.

const LISTEN_MS = 3_000
/** Of full scale: beyond a quiet room's noise, well below somebody speaking beside the tablet. */
const HEARD = 0.02

/** The error of `getUserMedia` in the record's word. What another program holds is not there for us. */
export const resultOf = (error) => (['NotAllowedError', 'SecurityError'].includes(error?.name) ? 'denied' : 'missing')

/** `ok`, `silent`, `denied`, `missing`, or `not_checked` where the browser offers no devices; tells `onLevel` 0 to 1. */
export async function checkMicrophone(onLevel) {
  const stream = await opened({ audio: true })
  if (typeof stream === 'string') return stream
  try {
    return (await loudest(stream, onLevel)) >= HEARD ? 'ok' : 'silent'
  } finally {
    letGo(stream)
  }
}

/** As `checkMicrophone`, for the camera. */
export async function checkCamera() {
  const stream = await opened({ video: true })
  if (typeof stream === 'string') return stream
  letGo(stream)
  return 'ok'
}

async function opened(wanted) {
  if (!navigator.mediaDevices?.getUserMedia) return 'not_checked'
  try {
    return await navigator.mediaDevices.getUserMedia(wanted)
  } catch (error) {
    return resultOf(error)
  }
}

const letGo = (stream) => stream.getTracks().forEach((track) => track.stop())

/** The loudest that was heard within some seconds, or as soon as it is plain that something is. */
async function loudest(stream, onLevel) {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  let most = 0
  const until = performance.now() + LISTEN_MS
  while (performance.now() < until && most < HEARD * 5) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    analyser.getFloatTimeDomainData(samples)
    const level = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)
    most = Math.max(most, level)
    onLevel(Math.min(1, level * 5))
  }
  await context.close()
  return most
}
