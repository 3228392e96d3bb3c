// libasound calls, each return code looked at.
#include "audio/alsa_pcm.h"

#include <algorithm>
#include <cstdarg>

#include "dsp/mix.h"

namespace offhook {

namespace {

constexpr unsigned kPeriods = 4;
constexpr uint32_t kLowestRate = 8000, kHighestRate = 48000;

// libasound explains failures on stderr unless told otherwise; its text is the best reason there is.
thread_local std::string* explanation = nullptr;

void keepExplanation(const char*, int, const char*, int, const char* format, va_list values) {
  if (!explanation || !explanation->empty()) return;
  char text[200];
  std::vsnprintf(text, sizeof text, format, values);
  *explanation = text;
}

class Explained {
 public:
  explicit Explained(std::string& into) {
    explanation = &into;
    before_ = snd_lib_error_set_local(keepExplanation);
  }
  ~Explained() {
    snd_lib_error_set_local(before_);
    explanation = nullptr;
  }

 private:
  snd_local_error_handler_t before_;
};

}  // namespace

AlsaPcm::~AlsaPcm() {
  if (pcm_) snd_pcm_close(pcm_);
}

std::unique_ptr<AlsaPcm> AlsaPcm::open(const std::string& name, snd_pcm_stream_t direction, uint32_t rate,
                                       uint32_t periodMs, int& error, std::string& why) {
  std::string said;
  const Explained explained(said);
  std::unique_ptr<AlsaPcm> pcm(new AlsaPcm);
  pcm->direction_ = direction;
  const char* step = "open";
  error = -snd_pcm_open(&pcm->pcm_, name.c_str(), direction, SND_PCM_NONBLOCK);
  if (error) pcm->pcm_ = nullptr;
  else error = -pcm->negotiate(rate, periodMs, step);
  if (!error) return pcm;
  why = std::string(direction == SND_PCM_STREAM_CAPTURE ? "capture" : "playback") + " '" + name + "', " + step + ": " +
        snd_strerror(-error) + (said.empty() ? "" : " (" + said + ")");
  return nullptr;
}

int AlsaPcm::negotiate(uint32_t wanted, uint32_t periodMs, const char*& step) {
  snd_pcm_hw_params_t* hw;
  snd_pcm_hw_params_alloca(&hw);
  snd_pcm_sw_params_t* sw;
  snd_pcm_sw_params_alloca(&sw);
  const auto at = [&](const char* name, int result) {
    if (result < 0) step = name;
    return result;
  };
  int error;
  if ((error = at("parameters", snd_pcm_hw_params_any(pcm_, hw))) < 0) return error;
  if ((error = at("no conversion of rates", snd_pcm_hw_params_set_rate_resample(pcm_, hw, 0))) < 0) return error;
  if ((error = at("interleaved access", snd_pcm_hw_params_set_access(pcm_, hw, SND_PCM_ACCESS_RW_INTERLEAVED))) < 0) return error;
  if ((error = at("S16_LE samples", snd_pcm_hw_params_set_format(pcm_, hw, SND_PCM_FORMAT_S16_LE))) < 0) return error;
  channels_ = snd_pcm_hw_params_test_channels(pcm_, hw, 1) == 0 ? 1 : 2;
  if ((error = at("1 or 2 channels", snd_pcm_hw_params_set_channels(pcm_, hw, channels_))) < 0) return error;
  unsigned rate = wanted;
  if ((error = at("rate", snd_pcm_hw_params_set_rate_near(pcm_, hw, &rate, nullptr))) < 0) return error;
  if (rate < kLowestRate || rate > kHighestRate || rate % 100 != 0) {
    step = "a rate of 8–48 kHz in whole 100 Hz";
    return -EINVAL;
  }
  snd_pcm_uframes_t period = rate * periodMs / 1000;
  if ((error = at("period", snd_pcm_hw_params_set_period_size_near(pcm_, hw, &period, nullptr))) < 0) return error;
  // Never less than 40 ms, however short the periods.
  snd_pcm_uframes_t buffer = std::max<snd_pcm_uframes_t>(period * kPeriods, rate / 25);
  if ((error = at("buffer", snd_pcm_hw_params_set_buffer_size_near(pcm_, hw, &buffer))) < 0) return error;
  if ((error = at("setting the hardware", snd_pcm_hw_params(pcm_, hw))) < 0) return error;
  if ((error = at("period", snd_pcm_hw_params_get_period_size(hw, &period, nullptr))) < 0) return error;
  if ((error = at("software parameters", snd_pcm_sw_params_current(pcm_, sw))) < 0) return error;
  // Playback is started by us, with a prefill, so that its delay is known.
  if ((error = at("start threshold", snd_pcm_sw_params_set_start_threshold(pcm_, sw, buffer * 2))) < 0) return error;
  if ((error = at("wake-up point", snd_pcm_sw_params_set_avail_min(pcm_, sw, period))) < 0) return error;
  if ((error = at("software parameters", snd_pcm_sw_params(pcm_, sw))) < 0) return error;
  const int polls = snd_pcm_poll_descriptors_count(pcm_);
  if ((error = at("poll descriptors", polls)) < 0) return error;
  rate_ = rate;
  period_ = period;
  buffer_ = buffer;
  polls_ = static_cast<size_t>(polls);
  frames_.resize(buffer * 2);
  return 0;
}

std::string AlsaPcm::describe() const {
  return std::to_string(rate_) + " Hz, " + (channels_ == 1 ? "mono" : "stereo") + ", period " + std::to_string(period_) +
         ", buffer " + std::to_string(buffer_);
}

int AlsaPcm::start(size_t prefill) {
  if (direction_ == SND_PCM_STREAM_PLAYBACK) {
    int16_t silence[256] = {};
    prefill = std::min(prefill, buffer_);
    while (prefill > 0) {
      const int put = write(silence, std::min(prefill, std::size(silence)));
      if (put < 0) return put;
      if (put == 0) break;
      prefill -= static_cast<size_t>(put);
    }
  }
  // Some plugins start by themselves.
  return snd_pcm_state(pcm_) == SND_PCM_STATE_RUNNING ? 0 : snd_pcm_start(pcm_);
}

int AlsaPcm::read(int16_t* out, size_t count) {
  count = std::min(count, buffer_);
  const snd_pcm_sframes_t got = snd_pcm_readi(pcm_, channels_ == 1 ? out : frames_.data(), count);
  if (got == -EAGAIN) return 0;
  if (channels_ == 2)
    for (snd_pcm_sframes_t i = 0; i < got; i++)
      out[i] = static_cast<int16_t>((frames_[static_cast<size_t>(2 * i)] + frames_[static_cast<size_t>(2 * i + 1)]) / 2);
  return static_cast<int>(got);
}

int AlsaPcm::write(const int16_t* in, size_t count) {
  count = std::min(count, buffer_);
  if (channels_ == 2)
    for (size_t i = 0; i < count; i++) frames_[2 * i] = frames_[2 * i + 1] = in[i];
  const snd_pcm_sframes_t put = snd_pcm_writei(pcm_, channels_ == 1 ? in : frames_.data(), count);
  return put == -EAGAIN ? 0 : static_cast<int>(put);
}

long AlsaPcm::waiting() {
  const snd_pcm_sframes_t available = snd_pcm_avail_update(pcm_);
  if (available < 0) return available;
  return direction_ == SND_PCM_STREAM_CAPTURE ? available : static_cast<long>(buffer_) - available;
}

int AlsaPcm::recover(int error, size_t prefill) {
  if (error == -ESTRPIPE) {
    const int resumed = snd_pcm_resume(pcm_);
    if (resumed == -EAGAIN) return 0;  // still waking up: the next read or write finds out
    if (resumed == 0) return 0;
  } else if (error != -EPIPE && error != -EINTR) {
    return error;
  }
  const int prepared = snd_pcm_prepare(pcm_);
  return prepared < 0 ? prepared : start(prefill);
}

int AlsaPcm::rest() {
  const int dropped = snd_pcm_drop(pcm_);
  return dropped < 0 ? dropped : snd_pcm_prepare(pcm_);
}

int AlsaPcm::health() {
  snd_pcm_status_t* status;
  snd_pcm_status_alloca(&status);
  const int error = snd_pcm_status(pcm_, status);
  if (error < 0) return error;
  // Nothing but the device itself takes it out of the state it was left in.
  const snd_pcm_state_t state = snd_pcm_status_get_state(status);
  return state == SND_PCM_STATE_PREPARED || state == SND_PCM_STATE_SUSPENDED ? 0 : -ENODEV;
}

void AlsaPcm::polled(pollfd* found) {
  unsigned short events = 0;
  snd_pcm_poll_descriptors_revents(pcm_, found, static_cast<unsigned>(polls_), &events);
}

}  // namespace offhook
