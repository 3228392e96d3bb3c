// recvmmsg, sendmmsg and the socket's error queue (ip(7), IP_RECVERR).
#include "udp_socket.h"

#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace offhook {

namespace {
constexpr int kReceiveBuffer = 4 << 20;
constexpr size_t kMaxFailures = 64;
constexpr int kErrorRetries = 8;

void setOption(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

bool setUp(int fd, const Endpoint& local) {
  const bool v6 = local.isV6();
  if (v6) {
    setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    setOption(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
    if (local.isAny()) setOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  } else {
    setOption(fd, IPPROTO_IP, IP_RECVERR, 1);
    if (local.isAny()) setOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
    // Routers may fragment: a large request is better late than lost to a filtered "too big".
    setOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
  }
  // The forced form needs CAP_NET_ADMIN; without it the kernel's maximum is what there is.
  setOption(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer);
  return bind(fd, &local.generic, local.length) == 0;
}

/** Errors a datagram socket carries over from ICMP: they belong to an earlier datagram, not to this call. */
bool isFromNetwork(int error) {
  switch (error) {
    case ECONNREFUSED: case EHOSTUNREACH: case ENETUNREACH: case EHOSTDOWN: case ENOPROTOOPT: case EPROTO: case EMSGSIZE:
    case EACCES: case ENONET: case EOPNOTSUPP:
      return true;
    default:
      return false;
  }
}
}  // namespace

struct UdpSocket::Headers {
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(in6_pktinfo))];
  };
  mmsghdr in[kBatch] = {};
  iovec inPart[kBatch] = {};
  Control control[kBatch] = {};
  mmsghdr out[kMaxQueued] = {};
  iovec outPart[kMaxQueued] = {};
};

std::unique_ptr<UdpSocket> UdpSocket::open(const Endpoint& local, uint8_t dscp, int& error) {
  const int fd = socket(local.generic.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  Endpoint bound;
  bound.length = sizeof bound.v6;
  if (fd < 0 || !setUp(fd, local) || getsockname(fd, &bound.generic, &bound.length) != 0) {
    error = errno;
    if (fd >= 0) close(fd);
    return nullptr;
  }
  std::unique_ptr<UdpSocket> opened(new UdpSocket(fd, bound));
  opened->unmarked = markPackets(fd, bound.isV6(), dscp, kSignallingPriority);
  return opened;
}

UdpSocket::UdpSocket(int fd, const Endpoint& local)
    : fd_(fd), local_(local), wantsLocal_(local.isAny()), headers_(new Headers), inBytes_(new char[kBatch * kMaxDatagram]),
      outBytes_(new char[kMaxQueuedBytes]), in_(kBatch) {
  queued_.reserve(kMaxQueued);
  for (size_t i = 0; i < kBatch; i++) {
    headers_->inPart[i] = {&inBytes_[i * kMaxDatagram], kMaxDatagram};
    headers_->in[i].msg_hdr.msg_iov = &headers_->inPart[i];
    headers_->in[i].msg_hdr.msg_iovlen = 1;
    headers_->in[i].msg_hdr.msg_name = &in_[i].from.generic;
    in_[i].data = &inBytes_[i * kMaxDatagram];
  }
  for (size_t i = 0; i < kMaxQueued; i++) {
    headers_->out[i].msg_hdr.msg_iov = &headers_->outPart[i];
    headers_->out[i].msg_hdr.msg_iovlen = 1;
  }
}

UdpSocket::~UdpSocket() { close(fd_); }

size_t UdpSocket::receive(size_t most, const Datagram*& first, int& error) {
  first = in_.data();
  error = 0;
  most = std::min(most, kBatch);
  for (size_t i = 0; i < most; i++) {
    msghdr& header = headers_->in[i].msg_hdr;
    header.msg_namelen = sizeof in_[i].from.v6;
    header.msg_control = wantsLocal_ ? headers_->control[i].bytes : nullptr;
    header.msg_controllen = wantsLocal_ ? sizeof headers_->control[i].bytes : 0;
  }
  int count = -1;
  for (int tries = 0; tries < kErrorRetries && count < 0; tries++) {
    count = recvmmsg(fd_, headers_->in, unsigned(most), MSG_DONTWAIT, nullptr);
    if (count < 0 && errno != EINTR && !isFromNetwork(errno)) break;
  }
  if (count < 0) {
    if (errno != EAGAIN && errno != EINTR && !isFromNetwork(errno)) error = errno;
    return 0;
  }
  for (int i = 0; i < count; i++) {
    const msghdr& header = headers_->in[i].msg_hdr;
    in_[i].size = headers_->in[i].msg_len;
    in_[i].from.length = header.msg_namelen;
    if (!wantsLocal_) continue;
    in_[i].local = local_;
    for (const cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(each))) {
      if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
        in_[i].local.v4.sin_addr = reinterpret_cast<const in_pktinfo*>(CMSG_DATA(each))->ipi_addr;
      } else if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
        in_[i].local.v6.sin6_addr = reinterpret_cast<const in6_pktinfo*>(CMSG_DATA(each))->ipi6_addr;
      }
    }
  }
  received += uint64_t(count);
  return size_t(count);
}

bool UdpSocket::nextError(Unreachable& out) {
  for (;;) {
    alignas(cmsghdr) char control[512];
    char returned[1];  // The datagram the error is about comes back too; it is not needed.
    iovec part = {returned, sizeof returned};
    msghdr header = {};
    out.to = Endpoint();
    header.msg_name = &out.to.generic;
    header.msg_namelen = sizeof out.to.v6;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    if (recvmsg(fd_, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return false;
    out.to.length = header.msg_namelen;
    out.error = 0;
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
      const bool about = (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_RECVERR) ||
                         (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_RECVERR);
      if (!about) continue;
      sock_extended_err details;
      std::memcpy(&details, CMSG_DATA(each), sizeof details);
      const bool icmp = details.ee_origin == SO_EE_ORIGIN_ICMP || details.ee_origin == SO_EE_ORIGIN_ICMP6;
      if (icmp && details.ee_errno != EMSGSIZE) out.error = int(details.ee_errno);
    }
    if (out.error == 0 || out.to.length == 0) continue;
    ++unreachable;
    return true;
  }
}

char* UdpSocket::room(size_t size) {
  if (queued_.size() == kMaxQueued || outUsed_ + size > kMaxQueuedBytes) flush();
  if (queued_.size() == kMaxQueued || outUsed_ + size > kMaxQueuedBytes) {
    ++sendDropped;
    return nullptr;
  }
  return &outBytes_[outUsed_];
}

void UdpSocket::queue(const Endpoint& to, size_t size) {
  queued_.push_back({to, outUsed_, size});
  outUsed_ += size;
}

bool UdpSocket::flush() {
  int retries = 0;
  while (hasQueued()) {
    const size_t count = queued_.size() - sent_;
    for (size_t i = 0; i < count; i++) {
      Outgoing& each = queued_[sent_ + i];
      headers_->outPart[i] = {&outBytes_[each.offset], each.size};
      headers_->out[i].msg_hdr.msg_name = &each.to.generic;
      headers_->out[i].msg_hdr.msg_namelen = each.to.length;
    }
    const int done = sendmmsg(fd_, headers_->out, unsigned(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (done > 0) {
      sent_ += size_t(done);
      sent += uint64_t(done);
      retries = 0;
      continue;
    }
    if (errno == EAGAIN) return false;
    if (errno == EINTR) continue;
    // The first complaint may be about an earlier datagram (ICMP): asking again tells.
    if (isFromNetwork(errno) && retries++ < kErrorRetries) continue;
    if (failures_.size() < kMaxFailures) failures_.push_back({queued_[sent_].to, errno});
    ++unreachable;
    ++sent_;
    retries = 0;
  }
  queued_.clear();
  sent_ = outUsed_ = 0;
  return true;
}

bool UdpSocket::nextFailure(Unreachable& out) {
  if (failures_.empty()) return false;
  out = failures_.front();
  failures_.erase(failures_.begin());
  return true;
}

uint64_t UdpSocket::overflowed() const {
  uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t size = sizeof info;
  return getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, info, &size) == 0 ? info[SK_MEMINFO_DROPS] : 0;
}

}  // namespace offhook
