# The other party of a call with Net::SIP: speaks a file of PCMU, records what it hears, and offers anew
# in the midst of it; what it hears then goes to HEARD.2.
# perl net-sip.pl wait|call PORT SPEAKS HEARD [TARGET TALK_SECONDS]; says what happens line by line.
use strict;
use warnings;
use Net::SIP;
$| = 1;

my ($mode, $port, $speaks, $heard, $target, $seconds) = @ARGV;
my $ua = Net::SIP::Simple->new(
    legs => ["127.0.0.1:$port"],
    from => "sip:perl\@127.0.0.1:$port",
) or die "no user agent: $!";
sub media {
    my ($file) = @_;
    return (
        init_media => $ua->rtp('media_send_recv', $speaks, -1, $file),
        rtp_param => [0, 160, 160 / 8000, 'PCMU/8000'],
    );
}

my $gone;
if ($mode eq 'wait') {
    $ua->listen(media($heard), cb_established => sub { print "established\n" }, recv_bye => \$gone) or die $ua->error;
    print "ready\n";
    $ua->loop(30, \$gone);
} else {
    print "ready\n";
    my $call = $ua->invite($target, media($heard), recv_bye => \$gone) or die 'no call: ' . $ua->error;
    die 'refused: ' . $call->error if $call->error;
    print "established\n";
    $ua->loop($seconds / 2, \$gone);
    my $changed;
    $call->reinvite(media("$heard.2"), cb_final => sub { ($changed) = @_ });
    $ua->loop(5, \$changed);
    print 'changed: ', $changed // 'no answer', "\n";
    $ua->loop($seconds / 2, \$gone);
    my $left;
    $call->bye(cb_final => \$left);
    $ua->loop(5, \$left);
    print 'left: ', $left ? 'OK' : 'no answer', "\n";
}
print 'gone', "\n" if $gone;
