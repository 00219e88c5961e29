# A smoke journey with Debian's libmastodon-client-perl 0.017: debian_mastodon.pl URL PICTURE
#
# Its own log-in asks for /api/v1/oauth/token, which exists nowhere, so it takes the ready tokens of the seed.
use strict;
use warnings;
use IO::Async::Loop;
use IO::Async::Timer::Countdown;
use Mastodon::Client;

my ($base, $picture) = @ARGV;
my $patience = 10;
$SIG{ALRM} = sub { die "the journey takes too long\n" };
alarm 120;

sub check { my ($holds, $text) = @_; die "$text\n" unless $holds }

sub until_true {
    my ($check, $text) = @_;
    for (1 .. 2 * $patience) {
        return if $check->();
        select undef, undef, undef, 0.5;
    }
    die "$text\n";
}

my $app = Mastodon::Client->new(instance => $base, name => 'smoke of perl', scopes => ['read', 'write']);
$app->register;
check($app->client_id && $app->client_secret, 'the app is not registered');

sub client { Mastodon::Client->new(instance => $base, access_token => "$_[0]-token", coerce_entities => $_[1]) }
my ($alice, $bob) = (client('alice', 0), client('bob', 0));
check($alice->get_account->{username} eq 'alice', 'alice is not signed in');
check($alice->fetch_instance->{uri}, 'the instance has no uri');
$_->instance($base) for ($alice, $bob);

my $media = $alice->upload_media($picture, { description => 'a small square', focus => [ 0.1, -0.1 ] });
my $post = $alice->post_status('A picture from Perl #perlsmoke', { media_ids => [ $media->{id} ] });
check($post->{media_attachments}[0]{description} eq 'a small square', 'the picture lost its description');
my $reply = $bob->post_status('@alice nice', { in_reply_to_id => $post->{id} });
check($reply->{in_reply_to_id} eq $post->{id}, 'the reply answers something else');
# favourite_status and its like are never made in 0.017 (a loop over one list too few), so post by hand.
$bob->post("statuses/$post->{id}/favourite");
check($bob->get_status($post->{id})->{favourited}, 'the vote is not there');
check($bob->reblog_status($post->{id})->{reblog}{id} eq $post->{id}, 'the echo echoes something else');
check(!$bob->post("statuses/$post->{id}/unfavourite")->{favourited}, 'the vote stays');

until_true(sub {
    my %kinds = map { $_->{type} => 1 }
        grep { ($_->{status}{id} // '') =~ /^(?:$post->{id}|$reply->{id})$/ } @{ $alice->get('notifications') };
    return $kinds{mention} && $kinds{reblog};
}, 'not every notification arrives');

my $first = $alice->timeline('home', { limit => 2 });
my $second = $alice->timeline('home', { limit => 2, max_id => $first->[-1]{id} });
check(@$first == 2 && @$second > 0, 'there are no two pages');
check(!(grep { my $id = $_->{id}; grep { $_->{id} eq $id } @$first } @$second), 'the pages overlap');

my $found = $alice->search('perlsmoke');
check((grep { $_ eq 'perlsmoke' } @{ $found->{hashtags} }), 'the hashtag is not found');
check($alice->search_accounts('bob')->[0]{username} eq 'bob', 'bob is not found');
my $bob_id = $bob->get_account->{id};
check($alice->relationships($bob_id)->[0]{id} eq $bob_id, 'there is no relationship');
check(client('alice', 1)->get_status($post->{id})->content =~ /perlsmoke/, 'a coerced status has no content');

my ($said, $seen) = ('', '');
my $loop = IO::Async::Loop->new;
my $listener = $bob->stream('user');
$listener->on(update => sub { $seen = $_[1]{id}; $_[0]->stop if $seen eq $said });
$listener->on(error => sub { die "the stream fails: $_[2]\n" });
$loop->add(IO::Async::Timer::Countdown->new(
    delay => 2,
    on_expire => sub { $said = $alice->post_status('Live from Perl')->{id} },
)->start);
$loop->add(IO::Async::Timer::Countdown->new(
    delay => 2 + $patience,
    on_expire => sub { die "the stream tells nothing\n" },
)->start);
eval { $listener->start };
check($said && $seen eq $said, "the stream ended without the post: $@");
print "libmastodon-client-perl 0.017: register, ready token, post, reply, vote, echo, notifications, pages, search, ",
    "stream: ok\n";
