// A handset that is made of files, as an ALSA PCM plug-in (type "handset"), for machines without sound hardware.
//
// Moves in real time by the monotonic clock, as hardware does, and overruns and underruns as hardware does. Options:
//   capture   raw S16_LE file, repeated; silence without      playback  raw S16_LE file that receives what was played
// Each time it starts a line is added to FILE.at: monotonic time, ns, and the frame of the file that is the first from then on.
//   rate, channels   the only ones it has                     drift_ppm its clock's error
//   plug      exists while "plugged in": without this file opening fails, and a running stream ends with ENODEV
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  snd_pcm_ioplug_t io;
  FILE *file;
  char *at;                      // FILE.at
  char *plug;
  double ratio;
  int running;
  long long started;             // ns
  unsigned long long moved;      // frames read or written by the application since prepare
  unsigned long long total;      // and ever
} handset_t;

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int plugged(const char *plug) { return !plug || access(plug, F_OK) == 0; }

static int arm(handset_t *h, int on) {
  struct itimerspec every = {{0, 0}, {0, 0}};
  if (on) {
    const long long ns = (long long)(h->io.period_size * 1e9 / h->io.rate / h->ratio);
    every.it_interval.tv_sec = every.it_value.tv_sec = ns / 1000000000;
    every.it_interval.tv_nsec = every.it_value.tv_nsec = ns % 1000000000;
  }
  return timerfd_settime(h->io.poll_fd, 0, &every, NULL) < 0 ? -errno : 0;
}

static int handset_start(snd_pcm_ioplug_t *io) {
  handset_t *h = io->private_data;
  h->started = now_ns();
  h->running = 1;
  FILE *at = h->at ? fopen(h->at, "a") : NULL;
  if (at) {
    fprintf(at, "%lld %llu\n", h->started, h->total - h->moved);
    fclose(at);
  }
  return arm(h, 1);
}

static int handset_stop(snd_pcm_ioplug_t *io) {
  handset_t *h = io->private_data;
  h->running = 0;
  return arm(h, 0);
}

static int handset_prepare(snd_pcm_ioplug_t *io) {
  handset_t *h = io->private_data;
  h->running = 0;
  h->moved = 0;
  if (!plugged(h->plug)) return -ENODEV;
  // Playback that is not started yet has room: poll() must say so, as hardware does.
  return io->stream == SND_PCM_STREAM_PLAYBACK ? arm(h, 1) : 0;
}

static snd_pcm_sframes_t handset_pointer(snd_pcm_ioplug_t *io) {
  handset_t *h = io->private_data;
  if (!plugged(h->plug)) return -ENODEV;
  if (!h->running) return 0;
  // Hardware moves its pointer a whole period at a time.
  unsigned long long at = (unsigned long long)((now_ns() - h->started) * 1e-9 * io->rate * h->ratio);
  at -= at % io->period_size;
  if (io->stream == SND_PCM_STREAM_PLAYBACK ? at > h->moved : at > h->moved + io->buffer_size) return -EPIPE;
  return at % io->buffer_size;
}

static snd_pcm_sframes_t handset_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                          snd_pcm_uframes_t offset, snd_pcm_uframes_t frames) {
  handset_t *h = io->private_data;
  const size_t bytes = io->channels * 2;
  char *at = (char *)areas->addr + (areas->first + areas->step * offset) / 8;
  if (io->stream == SND_PCM_STREAM_PLAYBACK) {
    if (h->file) fwrite(at, bytes, frames, h->file);
  } else {
    size_t have = 0;
    while (h->file && have < frames) {
      const size_t got = fread(at + have * bytes, bytes, frames - have, h->file);
      if (got == 0 && (rewind(h->file), fread(at + have * bytes, bytes, 1, h->file)) == 0) break;
      have += got ? got : 1;
    }
    memset(at + have * bytes, 0, (frames - have) * bytes);
  }
  h->moved += frames;
  h->total += frames;
  return frames;
}

static int handset_revents(snd_pcm_ioplug_t *io, struct pollfd *fd, unsigned count, unsigned short *revents) {
  unsigned long long expired;
  (void)count;
  *revents = 0;
  if (!(fd->revents & POLLIN)) return 0;
  if (read(fd->fd, &expired, sizeof expired) < 0 && errno != EAGAIN) return -errno;
  *revents = io->stream == SND_PCM_STREAM_PLAYBACK ? POLLOUT : POLLIN;
  return 0;
}

static int handset_close(snd_pcm_ioplug_t *io) {
  handset_t *h = io->private_data;
  if (h->file) fclose(h->file);
  close(io->poll_fd);
  free(h->plug);
  free(h->at);
  free(h);
  return 0;
}

static const snd_pcm_ioplug_callback_t calls = {
    .start = handset_start,       .stop = handset_stop,     .prepare = handset_prepare,     .pointer = handset_pointer,
    .transfer = handset_transfer, .close = handset_close,   .poll_revents = handset_revents,
};

SND_PCM_PLUGIN_DEFINE_FUNC(handset) {
  const char *capture = NULL, *playback = NULL, *plug = NULL;
  long rate = 8000, channels = 1, drift = 0;
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *id;
    if (snd_config_get_id(entry, &id) < 0 || !strcmp(id, "type") || !strcmp(id, "comment") || !strcmp(id, "hint")) continue;
    if (!strcmp(id, "capture")) snd_config_get_string(entry, &capture);
    else if (!strcmp(id, "playback")) snd_config_get_string(entry, &playback);
    else if (!strcmp(id, "plug")) snd_config_get_string(entry, &plug);
    else if (!strcmp(id, "rate")) snd_config_get_integer(entry, &rate);
    else if (!strcmp(id, "channels")) snd_config_get_integer(entry, &channels);
    else if (!strcmp(id, "drift_ppm")) snd_config_get_integer(entry, &drift);
    else return SNDERR("unknown field %s", id), -EINVAL;
  }
  (void)root;
  if (!plugged(plug)) return -ENODEV;
  handset_t *h = calloc(1, sizeof *h);
  if (!h) return -ENOMEM;
  const int playing = stream == SND_PCM_STREAM_PLAYBACK;
  const char *path = playing ? playback : capture;
  h->file = path ? fopen(path, playing ? "ab" : "rb") : NULL;
  // Who reads the file meanwhile finds all that was played.
  if (h->file && playing) setvbuf(h->file, NULL, _IONBF, 0);
  h->plug = plug ? strdup(plug) : NULL;
  if (path && asprintf(&h->at, "%s.at", path) < 0) h->at = NULL;
  h->ratio = 1 + drift * 1e-6;
  h->io.version = SND_PCM_IOPLUG_VERSION;
  h->io.name = "handset made of files";
  h->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  h->io.poll_events = POLLIN;
  h->io.callback = &calls;
  h->io.private_data = h;
  int error = snd_pcm_ioplug_create(&h->io, name, stream, mode);
  if (error < 0) {
    if (h->file) fclose(h->file);
    close(h->io.poll_fd);
    free(h->plug);
    free(h->at);
    free(h);
    return error;
  }
  const unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED}, format[] = {SND_PCM_FORMAT_S16_LE};
  snd_pcm_ioplug_set_param_list(&h->io, SND_PCM_IOPLUG_HW_ACCESS, 1, access);
  snd_pcm_ioplug_set_param_list(&h->io, SND_PCM_IOPLUG_HW_FORMAT, 1, format);
  snd_pcm_ioplug_set_param_minmax(&h->io, SND_PCM_IOPLUG_HW_CHANNELS, channels, channels);
  snd_pcm_ioplug_set_param_minmax(&h->io, SND_PCM_IOPLUG_HW_RATE, rate, rate);
  snd_pcm_ioplug_set_param_minmax(&h->io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 32, 65536);
  snd_pcm_ioplug_set_param_minmax(&h->io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
  snd_pcm_ioplug_set_param_minmax(&h->io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 64, 262144);
  *pcmp = h->io.pcm;
  return 0;
}
SND_PCM_PLUGIN_SYMBOL(handset);
