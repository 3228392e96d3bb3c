// The person at the handset, in the guest: what the phone plays goes out by a virtio port, what comes in is what it records.
//
//   handset CARD PORT
//
// The far side of snd-aloop: the card's clock paces both directions, whatever the other end of the port does. Every 20 ms one
// frame goes out (see struct ear); of what comes in, plain samples, one period is spoken, or silence when there is none.
#include <alsa/asoundlib.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 16000, PERIOD = 320, PERIODS = 8, STORE = RATE * 2 };

/** One period of the ear, little endian as this machine is. The counters only grow. */
struct ear {
    uint32_t ear_xruns, mouth_xruns;
    /** Periods of silence spoken for want of samples; frames nobody fetched; samples that came in and found no room. */
    uint32_t starved, dropped, overflown;
    int16_t samples[PERIOD];
};

static void fail(const char *what, int error) {
    fprintf(stderr, "%s: %s\n", what, error < 0 ? snd_strerror(error) : strerror(errno));
    exit(1);
}

static snd_pcm_t *open_pcm(const char *card, snd_pcm_stream_t direction) {
    char name[64];
    snprintf(name, sizeof name, "hw:%s,1,0", card);
    snd_pcm_t *pcm;
    int error = snd_pcm_open(&pcm, name, direction, 0);
    if (error < 0) fail(name, error);
    snd_pcm_hw_params_t *hw;
    snd_pcm_hw_params_alloca(&hw);
    if ((error = snd_pcm_hw_params_any(pcm, hw)) < 0 ||
        (error = snd_pcm_hw_params_set_access(pcm, hw, SND_PCM_ACCESS_RW_INTERLEAVED)) < 0 ||
        (error = snd_pcm_hw_params_set_format(pcm, hw, SND_PCM_FORMAT_S16_LE)) < 0 ||
        (error = snd_pcm_hw_params_set_channels(pcm, hw, 1)) < 0 ||
        (error = snd_pcm_hw_params_set_rate(pcm, hw, RATE, 0)) < 0 ||
        (error = snd_pcm_hw_params_set_period_size(pcm, hw, PERIOD, 0)) < 0 ||
        (error = snd_pcm_hw_params_set_buffer_size(pcm, hw, PERIOD * PERIODS)) < 0 ||
        (error = snd_pcm_hw_params(pcm, hw)) < 0)
        fail(name, error);
    return pcm;
}

/** Half of its buffer in silence, which starts it. */
static void fill(snd_pcm_t *mouth) {
    static const int16_t silence[PERIOD];
    for (int i = 0; i < PERIODS / 2; i++) snd_pcm_writei(mouth, silence, PERIOD);
    if (snd_pcm_state(mouth) == SND_PCM_STATE_PREPARED) snd_pcm_start(mouth);
}

/** Ready again after it was late, or after its other end was gone so long that it gave up waiting. */
static void restart(snd_pcm_t *pcm, const char *what) {
    snd_pcm_drop(pcm);
    int error = snd_pcm_prepare(pcm);
    if (error < 0) fail(what, error);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: handset CARD PORT\n");
        return 2;
    }
    int port = open(argv[2], O_RDWR | O_NONBLOCK);
    if (port < 0) fail(argv[2], 0);
    snd_pcm_t *ear = open_pcm(argv[1], SND_PCM_STREAM_CAPTURE), *mouth = open_pcm(argv[1], SND_PCM_STREAM_PLAYBACK);
    struct sched_param priority = {.sched_priority = 30};
    if (sched_setscheduler(0, SCHED_FIFO, &priority) < 0) fail("SCHED_FIFO", 0);

    static struct ear frame;
    static int16_t store[STORE];
    size_t held = 0; // bytes in store
    fill(mouth);
    for (;;) {
        snd_pcm_sframes_t got = snd_pcm_readi(ear, frame.samples, PERIOD);
        if (got < 0) {
            frame.ear_xruns++;
            restart(ear, "ear");
            continue;
        }
        if (write(port, &frame, sizeof frame) < 0) {
            if (errno != EAGAIN) fail("port", 0);
            frame.dropped++;
        }
        for (;;) {
            if (held == sizeof store) {
                held = 0;
                frame.overflown += STORE;
            }
            ssize_t came = read(port, (char *)store + held, sizeof store - held);
            if (came <= 0) break; // nothing there, or nobody at the other end
            held += came;
        }
        int16_t spoken[PERIOD] = {0};
        if (held >= sizeof spoken) {
            memcpy(spoken, store, sizeof spoken);
            held -= sizeof spoken;
            memmove(store, (char *)store + sizeof spoken, held);
        } else
            frame.starved++;
        snd_pcm_sframes_t put = snd_pcm_writei(mouth, spoken, PERIOD);
        if (put < 0) {
            frame.mouth_xruns++;
            restart(mouth, "mouth");
            fill(mouth);
        }
    }
}
