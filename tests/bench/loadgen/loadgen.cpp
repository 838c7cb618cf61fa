// An open-loop load generator for the live protocol (docs/protocol.md): it plays the teachers and supervisors of many
// meetings over hand-framed WebSockets, relays questions on a fixed schedule, and checks every answer and every frame.
//
// Open loop: a latency counts from the moment a question was *due*, whether or not the server (or this program) kept
// up, so a stall is charged to every question it delayed. One thread, epoll, no JSON parser: a key is found by its
// bytes `"key":`, which cannot occur inside a JSON string, where each quote is escaped.
//
//   loadgen PLAN      prints one JSON line; exit 0 even when counts are wrong (the reader judges), 1 when it cannot run
//
// A plan is lines of words:
//   host 127.0.0.1 | port 8080 | pid <server's, for its CPU and memory> | core <server's, for what others take of it>
//   mode relay | storm (connect and join, no more) | resume (fall behind by `events` a stream, then come back at once)
//   rate <questions/s over all meetings> | warmup <s> | seconds <s> | events <a stream> | seed <n>
//   patience <s without a byte, after which what has not come is lost>
//   socket <stream> <token> teacher|supervisor <site or -> <student or -> [sleeper]

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using std::string;
using std::string_view;

// ── Time, chance, the plan ───────────────────────────────────────────────────────────────────────────────────────

static int64_t now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

constexpr int64_t MS = 1'000'000, SECOND = 1'000'000'000;

static uint64_t random_state = 88172645463325252ULL;
static uint64_t chance() {  // xorshift64
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

struct Plan {
    string host = "127.0.0.1", mode = "relay";
    int port = 0, pid = 0, core = -1, events = 0;
    double rate = 100, warmup = 1, seconds = 5, patience = 5;
} plan;

[[noreturn]] static void fail(const string& why) {
    std::cerr << "loadgen: " << why << "\n";
    exit(1);
}

enum class Phase { idle, upgrading, opening, authorising, joining, live, leaving, left, closed };

struct Socket {
    string stream, token, student;
    bool teacher = false, sleeper = false;
    int stream_index = 0, site = -1, ordinal = 0;  // ordinal: its place among the stream's sockets

    int fd = -1;
    Phase phase = Phase::idle;
    string in, out;
    bool binary_next = false;

    string epoch, audience;
    int64_t last = -1;
    size_t resumed_questions = 0;
    std::vector<uint32_t> asked;        // acknowledgement id → question
    std::vector<int64_t> newest;        // by sender's ordinal: the newest question delivered from it
};

struct Stream {
    std::vector<uint32_t> sockets, askers;
    int teachers = 0;
    int64_t acknowledged_seq = -1;
};

struct Question {
    char id[37];
    uint32_t sender;
    uint16_t acknowledgements = 0, at_teacher = 0, at_site = 0;
    bool refused = false;
    int64_t due, seq = -1, frame_after = -1, frame_seq = -1;
};

static std::vector<Socket> sockets;
static std::vector<Stream> streams;
static std::vector<Question> questions;

static std::vector<string> site_names;

static void read_plan(const char* path) {
    std::ifstream file(path);
    if (!file) fail(string("cannot read ") + path);
    std::map<string, int> stream_ids, site_ids;
    uint64_t seed = 1;
    for (string line; std::getline(file, line);) {
        std::istringstream words(line);
        string key;
        if (!(words >> key)) continue;
        if (key == "host") words >> plan.host;
        else if (key == "port") words >> plan.port;
        else if (key == "pid") words >> plan.pid;
        else if (key == "core") words >> plan.core;
        else if (key == "mode") words >> plan.mode;
        else if (key == "rate") words >> plan.rate;
        else if (key == "warmup") words >> plan.warmup;
        else if (key == "seconds") words >> plan.seconds;
        else if (key == "patience") words >> plan.patience;
        else if (key == "events") words >> plan.events;
        else if (key == "seed") words >> seed;
        else if (key == "socket") {
            Socket s;
            string role, site, flag;
            if (!(words >> s.stream >> s.token >> role >> site >> s.student)) fail("bad line: " + line);
            s.teacher = role == "teacher";
            s.sleeper = (words >> flag) && flag == "sleeper";
            auto [at, fresh] = stream_ids.emplace(s.stream, streams.size());
            if (fresh) streams.emplace_back();
            s.stream_index = at->second;
            Stream& stream = streams[s.stream_index];
            if (!s.teacher) {
                auto [found, is_new] = site_ids.emplace(site, site_names.size());
                if (is_new) site_names.push_back(site);
                s.site = found->second;
                if (!s.sleeper) stream.askers.push_back(sockets.size());
            }
            s.ordinal = stream.sockets.size();
            stream.sockets.push_back(sockets.size());
            sockets.push_back(std::move(s));
        } else fail("unknown line: " + line);
    }
    random_state ^= seed * 0x9E3779B97F4A7C15ULL;
    for (Socket& s : sockets) s.newest.assign(streams[s.stream_index].sockets.size(), -1);
    if (sockets.empty() || !plan.port) fail("the plan names no port or no sockets");
    for (const Stream& stream : streams)
        if (plan.mode != "storm" && stream.askers.empty()) fail("a stream has nobody who asks");
}

// ── What is counted ──────────────────────────────────────────────────────────────────────────────────────────────

static struct {
    size_t sent = 0, acknowledged = 0, delivered = 0, settled = 0, refused = 0, lost = 0, unfinished = 0;
    size_t duplicated = 0, out_of_order = 0, gaps = 0, overlaps = 0, leaked = 0, altered = 0, closed = 0;
    size_t frames = 0, packed = 0, heads = 0, bytes = 0, joined = 0, left = 0, snapshots = 0;
    bool abandoned = false;
} counts;
static std::map<string, size_t> refusals;
static std::vector<string> troubles;
static std::vector<uint32_t> acknowledged_us, delivered_us, lag_us;
static int64_t window_from = INT64_MAX;  // questions due before it warm up and are not timed

static void trouble(const string& what) {
    if (troubles.size() < 5) troubles.push_back(what);
}

// ── WebSocket out ────────────────────────────────────────────────────────────────────────────────────────────────

static int poller;

static void watch(uint32_t index, int operation) {
    Socket& s = sockets[index];
    epoll_event event{};
    event.events = s.out.empty() ? uint32_t(EPOLLIN) : uint32_t(EPOLLIN | EPOLLOUT);
    event.data.u32 = index;
    epoll_ctl(poller, operation, s.fd, &event);
}

static void close_socket(uint32_t index, const string& why) {
    Socket& s = sockets[index];
    if (s.phase == Phase::closed) return;
    close(s.fd);
    s.fd = -1;
    s.phase = Phase::closed;
    counts.closed++;
    trouble(s.stream + ": " + why);
}

static void flush(uint32_t index) {
    Socket& s = sockets[index];
    ssize_t wrote = send(s.fd, s.out.data(), s.out.size(), MSG_NOSIGNAL);
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) return close_socket(index, string("send: ") + strerror(errno));
    s.out.erase(0, std::max<ssize_t>(wrote, 0));
}

static void send_raw(uint32_t index, string_view bytes) {
    Socket& s = sockets[index];
    if (s.fd < 0) return;
    bool idle = s.out.empty();
    s.out.append(bytes);
    if (!idle) return;  // EPOLLOUT is on its way
    flush(index);
    if (s.fd >= 0 && !s.out.empty()) watch(index, EPOLL_CTL_MOD);
}

static void send_frame(uint32_t index, string_view text, uint8_t opcode = 1) {
    static string frame;
    const uint8_t mask[4] = {0x5a, 0xc3, 0x19, 0xe7};
    frame.clear();
    frame.push_back(char(0x80 | opcode));
    if (text.size() < 126) frame.push_back(char(0x80 | text.size()));
    else {
        frame.push_back(char(0x80 | 126));
        frame.push_back(char(text.size() >> 8));
        frame.push_back(char(text.size()));
    }
    frame.append(reinterpret_cast<const char*>(mask), 4);
    size_t from = frame.size();
    frame.append(text);
    for (size_t i = 0; i < text.size(); i++) frame[from + i] ^= mask[i & 3];
    send_raw(index, frame);
}

static void open_socket(uint32_t index) {
    Socket& s = sockets[index];
    s.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s.fd < 0) fail(string("socket: ") + strerror(errno));
    int one = 1;
    setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan.port);
    if (inet_pton(AF_INET, plan.host.c_str(), &address.sin_addr) != 1) fail("host must be an IPv4 address");
    connect(s.fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    s.phase = Phase::upgrading;
    string meeting = s.stream.substr(s.stream.find(':') + 1);
    // The sample key of RFC 6455; the answer to it is known.
    s.out = "GET /socket.io/?EIO=4&transport=websocket&meeting=" + meeting + " HTTP/1.1\r\nHost: " + plan.host + ":" +
            std::to_string(plan.port) +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n";
    watch(index, EPOLL_CTL_ADD);
}

// ── Commands out ─────────────────────────────────────────────────────────────────────────────────────────────────

static void send_join(uint32_t index) {
    Socket& s = sockets[index];
    string since;
    if (s.last >= 0)
        since = ",\"since\":{\"epoch\":\"" + s.epoch + "\",\"seq\":" + std::to_string(s.last) + ",\"audience\":\"" +
                s.audience + "\"}";
    s.phase = Phase::joining;
    s.asked.push_back(UINT32_MAX);
    send_frame(index, "42/live," + std::to_string(s.asked.size() - 1) + "[\"join\",{\"stream\":\"" + s.stream + "\"" +
                          since + "}]");
}

static void send_leave(uint32_t index) {
    Socket& s = sockets[index];
    s.phase = Phase::leaving;
    s.asked.push_back(UINT32_MAX);
    send_frame(index, "42/live," + std::to_string(s.asked.size() - 1) + "[\"leave\",{\"stream\":\"" + s.stream + "\"}]");
}

// A UUIDv7 whose last 32 bits are the question's number, so that a delivery is matched without a table.
static void write_uuid(char* to, uint64_t unix_ms, uint32_t number) {
    uint64_t random = chance();
    snprintf(to, 37, "%08x-%04x-7%03x-%04x-%04x%08x", uint32_t(unix_ms >> 16), unsigned(unix_ms & 0xffff),
             unsigned(random & 0xfff), unsigned(0x8000 | ((random >> 12) & 0x3fff)), unsigned((random >> 26) & 0xffff),
             number);
}

static string text_of(uint32_t number) {
    char text[100];
    snprintf(text, sizeof text, "q%08x How do I find the net force on a block on a ramp with friction?", number);
    return text;
}

static void send_question(uint32_t number, int64_t due) {
    Question& q = questions[number];
    uint32_t stream = plan.mode == "resume" ? number % streams.size() : chance() % streams.size();
    const auto& askers = streams[stream].askers;
    q.sender = askers[chance() % askers.size()];
    q.due = due;
    uint64_t wall = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch()).count();
    char command_id[37], wire[1024];
    write_uuid(q.id, wall, number);
    write_uuid(command_id, wall, number);
    Socket& s = sockets[q.sender];
    string student = s.student == "-" ? "null" : "\"" + s.student + "\"";
    int size = snprintf(wire, sizeof wire,
                        "42/live,%zu[\"command\",{\"stream\":\"%s\",\"command_id\":\"%s\",\"name\":\"question.relay\","
                        "\"data\":{\"question_id\":\"%s\",\"site_id\":\"%s\",\"student_id\":%s,\"text\":\"%s\","
                        "\"asked_at\":%llu}}]",
                        s.asked.size(), s.stream.c_str(), command_id, q.id, site_names[s.site].c_str(), student.c_str(),
                        text_of(number).c_str(), static_cast<unsigned long long>(wall));
    if (size >= int(sizeof wire)) fail("ids of the plan are too long");
    s.asked.push_back(number);
    counts.sent++;
    int64_t lag = now_ns() - due;
    if (due >= window_from) lag_us.push_back(lag / 1000);
    send_frame(q.sender, {wire, size_t(size)});
}

// ── Frames in ────────────────────────────────────────────────────────────────────────────────────────────────────

static int64_t received_at;  // when the bytes at hand were read

// What follows `"key":` in the text, from `from` on; null where it is not there.
static const char* value_after(string_view text, string_view key, size_t from = 0) {
    if (from >= text.size()) return nullptr;
    const void* at = memmem(text.data() + from, text.size() - from, key.data(), key.size());
    if (!at) return nullptr;
    const char* value = static_cast<const char*>(at) + key.size();
    while (value < text.data() + text.size() && *value == ' ') value++;
    return value;
}

static int64_t number_after(string_view text, string_view key) {
    const char* value = value_after(text, key);
    return value ? strtoll(value, nullptr, 10) : -1;  // a digit run always ends inside the frame: `}` or `,` follows
}

static string word_after(string_view text, string_view key) {
    const char* value = value_after(text, key);
    if (!value || *value != '"') return "";
    const char* end = static_cast<const char*>(memchr(value + 1, '"', text.data() + text.size() - value - 1));
    return end ? string(value + 1, end) : "";
}

static bool is_settled(const Question& q) {
    return q.acknowledgements && (q.refused || (q.at_teacher && q.at_site));
}

static void on_delivered(Socket& s, string_view rest, int64_t after, int64_t seq, std::vector<int64_t>& newest) {
    uint32_t number = rest.size() > 36 ? strtoul(string(rest.substr(28, 8)).c_str(), nullptr, 16) : UINT32_MAX;
    if (number >= counts.sent || memcmp(rest.data(), questions[number].id, 36) != 0) {
        counts.leaked++;
        return trouble(s.stream + ": a question that nobody here asked: " + string(rest.substr(0, 36)));
    }
    Question& q = questions[number];
    Socket& sender = sockets[q.sender];
    if (sender.stream_index != s.stream_index || (!s.teacher && sender.site != s.site)) {
        counts.leaked++;
        return trouble(s.stream + ": a site was shown another site's question");
    }
    const char* text = value_after(rest, "\"text\":");
    if (!text || string_view(text + 1, 9) != string_view(text_of(number)).substr(0, 9)) counts.altered++;
    bool was_settled = is_settled(q);
    // Order is promised between frames: what one connection sent first is never delivered in a later frame.
    if (number < s.newest[sender.ordinal]) counts.out_of_order++;
    newest[sender.ordinal] = std::max<int64_t>(newest[sender.ordinal], number);
    if (s.teacher) {
        if (q.at_teacher++ == 0) {
            counts.delivered++;
            q.frame_after = after, q.frame_seq = seq;
            if (q.due >= window_from) delivered_us.push_back((received_at - q.due) / 1000);
        }
    } else q.at_site++;
    if (!was_settled && is_settled(q)) counts.settled++;
}

template <typename Visit>
static size_t each_question(string_view text, Visit visit) {
    size_t found = 0, from = 0;
    while (const char* value = value_after(text, "\"question_id\":", from)) {
        found++;
        from = value + 1 - text.data();
        visit(text.substr(from));
    }
    return found;
}

static void on_changes(Socket& s, string_view text) {
    counts.frames++;
    int64_t after = number_after(text, "\"after\":"), seq = number_after(text, "\"seq\":");
    if (s.phase != Phase::live) return;  // it left, and this was under way
    if (after < 0 || seq <= after) return trouble("not a range: " + string(text.substr(0, 200)));
    if (seq <= s.last) counts.out_of_order++;
    else if (after > s.last) counts.gaps++;
    else if (after < s.last) counts.overlaps++;  // the contract allows it: after ≤ last < seq
    s.last = std::max(s.last, seq);
    static std::vector<int64_t> newest;
    newest = s.newest;
    if (each_question(text, [&](string_view rest) { on_delivered(s, rest, after, seq, newest); })) s.newest = newest;
}

static void on_acknowledged(uint32_t index, string_view text, bool ok) {
    Socket& s = sockets[index];
    size_t id = strtoull(text.data(), nullptr, 10);
    if (id >= s.asked.size()) return trouble("an acknowledgement of nothing: " + string(text.substr(0, 100)));
    if (s.asked[id] == UINT32_MAX) {  // join or leave
        if (!ok) return close_socket(index, "refused: " + string(text.substr(0, 300)));
        if (s.phase == Phase::leaving) {
            s.phase = Phase::left;
            counts.left++;
        } else if (s.phase == Phase::joining) {
            s.phase = Phase::live;
            s.epoch = word_after(text, "\"epoch\":");
            s.audience = word_after(text, "\"audience\":");
            s.last = number_after(text, "\"seq\":");
            s.resumed_questions = each_question(text, [](string_view) {});
            counts.snapshots += value_after(text, "\"snapshot\":") != nullptr;
            counts.joined++;
        } else counts.duplicated++;
        return;
    }
    Question& q = questions[s.asked[id]];
    if (q.acknowledgements++) {
        counts.duplicated++;
        return;
    }
    if (ok) {
        counts.acknowledged++;
        q.seq = number_after(text, "\"seq\":");
        Stream& stream = streams[s.stream_index];
        stream.acknowledged_seq = std::max(stream.acknowledged_seq, q.seq);
        if (q.due >= window_from) acknowledged_us.push_back((received_at - q.due) / 1000);
    } else {
        q.refused = true;
        counts.refused++;
        refusals[word_after(text, "\"code\":")]++;
    }
    if (is_settled(q)) counts.settled++;
}

static string inflated(string_view packed) {
    static z_stream z{};
    static bool ready = inflateInit2(&z, 16 + MAX_WBITS) == Z_OK;
    static char buffer[1 << 16];
    if (!ready) fail("zlib does not start");
    inflateReset(&z);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    z.avail_in = packed.size();
    string text;
    int state = Z_OK;
    while (state == Z_OK) {
        z.next_out = reinterpret_cast<Bytef*>(buffer);
        z.avail_out = sizeof buffer;
        state = inflate(&z, Z_NO_FLUSH);
        text.append(buffer, sizeof buffer - z.avail_out);
    }
    if (state != Z_STREAM_END) trouble("an attachment is not gzip");
    return text;
}

static void on_text(uint32_t index, string_view text) {
    Socket& s = sockets[index];
    constexpr string_view event = "42/live,[\"", packed = "451-/live,[\"changes_gz\"", answer = "43/live,";
    if (text.substr(0, event.size()) == event) {
        string_view rest = text.substr(event.size());
        if (rest.substr(0, 8) == "changes\"") on_changes(s, rest);
        else if (rest.substr(0, 5) == "head\"") counts.heads++;
        else trouble(s.stream + ": " + string(rest.substr(0, 200)));  // closing, removed, snapshot: none is due here
    } else if (text.substr(0, answer.size()) == answer) {
        text.remove_prefix(answer.size());
        size_t body = text.find('[');
        string_view start = text.substr(0, std::min(text.size(), body + 20));
        const char* ok = value_after(start, "\"ok\":");
        on_acknowledged(index, text, ok && *ok == 't');
    } else if (text.substr(0, packed.size()) == packed) s.binary_next = true;
    else if (text == "2") send_frame(index, "3");
    else if (text[0] == '0' && s.phase == Phase::opening) {
        s.phase = Phase::authorising;
        send_frame(index, "40/live,{\"token\":\"" + s.token + "\"}");
    } else if (text.substr(0, 8) == "40/live," && s.phase == Phase::authorising) send_join(index);
    else if (text != "6") close_socket(index, "the server said " + string(text.substr(0, 200)));
}

static void on_frame(uint32_t index, uint8_t opcode, string_view payload) {
    Socket& s = sockets[index];
    if (opcode == 1 && !payload.empty()) on_text(index, payload);
    else if (opcode == 2 && s.binary_next) {
        s.binary_next = false;
        counts.packed++;
        on_changes(s, inflated(payload));
    } else if (opcode == 9) send_frame(index, payload, 10);
    else if (opcode != 10) close_socket(index, opcode == 8 ? "closed by the server" : "a frame of an unknown kind");
}

// How many bytes were used; the rest is the beginning of a frame that has not arrived whole.
static size_t take_frames(uint32_t index, string_view bytes) {
    size_t at = 0;
    Socket& s = sockets[index];
    if (s.phase == Phase::upgrading) {
        size_t end = bytes.find("\r\n\r\n");
        if (end == bytes.npos) return 0;
        string_view head = bytes.substr(0, end);
        if (head.find(" 101 ") == head.npos || head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == head.npos)
            return close_socket(index, "no upgrade: " + string(bytes.substr(0, 300))), bytes.size();
        s.phase = Phase::opening;
        at = end + 4;
    }
    while (s.fd >= 0 && bytes.size() - at >= 2) {
        auto byte = [&](size_t i) { return uint8_t(bytes[at + i]); };
        size_t header = 2, size = byte(1) & 0x7f;
        if (!(byte(0) & 0x80) || (byte(1) & 0x80) || (byte(0) & 0x70))
            return close_socket(index, "a fragmented, masked or compressed frame"), bytes.size();
        if (size == 126) header = 4;
        else if (size == 127) header = 10;
        if (bytes.size() - at < header) break;
        if (header > 2) {
            size = 0;
            for (size_t i = 2; i < header; i++) size = size << 8 | byte(i);
        }
        if (bytes.size() - at < header + size) break;
        on_frame(index, byte(0) & 0x0f, bytes.substr(at + header, size));
        at += header + size;
    }
    return at;
}

static void on_readable(uint32_t index) {
    static char buffer[1 << 18];
    Socket& s = sockets[index];
    ssize_t got = recv(s.fd, buffer, sizeof buffer - 1, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close_socket(index, got ? string("recv: ") + strerror(errno) : "end of stream");
    received_at = now_ns();
    counts.bytes += got;
    if (s.in.empty()) {  // the usual case: whole frames, read in place
        size_t used = take_frames(index, {buffer, size_t(got)});
        s.in.assign(buffer + used, got - used);
    } else {
        s.in.append(buffer, got);
        size_t used = take_frames(index, s.in);
        s.in.erase(0, used);
    }
}

// Wait for the network until `until` (or not at all, when it has passed) and handle what came.
static void turn(int64_t until) {
    static int timer = -1;
    static int64_t armed = -1;
    constexpr uint32_t TIMER = UINT32_MAX;
    if (timer < 0) {
        prctl(PR_SET_TIMERSLACK, 1);
        timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.u32 = TIMER;
        epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
    }
    bool waits = until > now_ns();
    if (waits && armed != until) {
        itimerspec at{{0, 0}, {until / SECOND, until % SECOND}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
        armed = until;
    }
    epoll_event ready[512];
    int n = epoll_wait(poller, ready, 512, waits ? -1 : 0);
    for (int i = 0; i < n; i++) {
        uint32_t index = ready[i].data.u32;
        if (index == TIMER || sockets[index].fd < 0) continue;
        if (ready[i].events & EPOLLOUT) {
            flush(index);
            if (sockets[index].fd >= 0 && sockets[index].out.empty()) watch(index, EPOLL_CTL_MOD);
        }
        if (sockets[index].fd >= 0 && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(index);
    }
}

// ── The phases of a run ──────────────────────────────────────────────────────────────────────────────────────────

// Until all sockets are joined. At most 100 are on their way at once, fewer than any server's accept queue holds: a
// connection dropped there comes again after a second, and would time the kernel instead of the server.
static double join_all() {
    int64_t start = now_ns(), limit = start + 120 * SECOND;
    size_t opened = 0;
    while (counts.joined + counts.closed < sockets.size()) {
        while (opened < sockets.size() && opened - counts.joined - counts.closed < 100) open_socket(opened++);
        turn(now_ns() + 100 * MS);
        if (now_ns() > limit) fail("only " + std::to_string(counts.joined) + " sockets had joined after 120 s");
        if (counts.closed) fail("a socket could not join: " + troubles.front());
    }
    return double(now_ns() - start) / SECOND;
}

struct Usage {
    int64_t at = 0;
    double own = 0, server = 0, core = 0;  // seconds; `core`: by everybody on the server's core, and stolen from it
};

static Usage usage() {
    Usage u;
    u.at = now_ns();
    rusage own;
    getrusage(RUSAGE_SELF, &own);
    auto seconds = [](const timeval& t) { return t.tv_sec + t.tv_usec / 1e6; };
    u.own = seconds(own.ru_utime) + seconds(own.ru_stime);
    std::ifstream file("/proc/" + std::to_string(plan.pid) + "/stat");
    string stat((std::istreambuf_iterator<char>(file)), {});
    if (size_t name = stat.rfind(')'); name != stat.npos) {  // the name may hold spaces
        std::istringstream fields(stat.substr(name + 2));
        string skipped;
        double user = 0, kernel = 0;
        for (int i = 0; i < 11; i++) fields >> skipped;
        fields >> user >> kernel;
        u.server = (user + kernel) / sysconf(_SC_CLK_TCK);
    }
    std::ifstream cores("/proc/stat");
    for (string line; plan.core >= 0 && std::getline(cores, line);) {
        std::istringstream fields(line);
        string name;
        double user, nice, kernel, idle, waiting, irq, soft_irq, stolen = 0;
        fields >> name >> user >> nice >> kernel >> idle >> waiting >> irq >> soft_irq >> stolen;
        if (name == "cpu" + std::to_string(plan.core)) u.core = (user + nice + kernel + stolen) / sysconf(_SC_CLK_TCK);
    }
    return u;
}

static long resident_kib() {
    std::ifstream file("/proc/" + std::to_string(plan.pid) + "/statm");
    long size = 0, resident = 0;
    file >> size >> resident;
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static Usage window_start, window_end;

static void relay(size_t total) {
    questions.resize(total);
    for (auto* times : {&acknowledged_us, &delivered_us, &lag_us}) times->reserve(total);
    double interval = SECOND / plan.rate;
    int64_t start = now_ns() + 50 * MS;
    auto due = [&](size_t number) { return start + int64_t(number * interval); };
    window_from = start + int64_t(plan.warmup * SECOND);
    size_t next = 0;
    // Two seconds behind: p99 is lost anyway. Stop there, but let what was sent come home and be counted.
    size_t too_far = size_t(plan.rate * 2) + 1000;
    while (next < total && !counts.abandoned) {
        for (int burst = 0; burst < 32 && next < total && due(next) <= now_ns(); burst++) {
            if (due(next) >= window_from && !window_start.at) window_start = usage();
            send_question(next, due(next));
            next++;
        }
        counts.abandoned = plan.mode == "relay" && next - counts.settled > too_far;
        if (next < total) turn(due(next));
    }
    window_end = usage();
    int64_t limit = now_ns() + 60 * SECOND, quiet_since = now_ns();
    for (size_t seen = counts.bytes; now_ns() < limit && now_ns() - quiet_since < plan.patience * SECOND;) {
        bool is_done = counts.settled == counts.sent;
        for (const Socket& s : sockets)
            is_done = is_done && (s.phase != Phase::live || s.last >= streams[s.stream_index].acknowledged_seq);
        if (is_done) break;
        turn(now_ns() + 20 * MS);
        if (counts.bytes != seen) seen = counts.bytes, quiet_since = now_ns();
    }
    for (int64_t end = now_ns() + 200 * MS; now_ns() < end;) turn(end);  // what is sent twice comes late
    (now_ns() >= limit ? counts.unfinished : counts.lost) += counts.sent - counts.settled;
}

// What only the whole run can tell: exact counts at every socket, and order by seq.
static void audit() {
    std::vector<std::vector<int64_t>> seqs(streams.size());
    std::vector<int> teachers(streams.size());
    std::vector<std::map<int, int>> at_site(streams.size());
    for (const Socket& s : sockets) {
        if (s.phase != Phase::live) continue;
        if (s.teacher) teachers[s.stream_index]++;
        else at_site[s.stream_index][s.site]++;
        if (s.last < streams[s.stream_index].acknowledged_seq) counts.gaps++;
    }
    for (size_t i = 0; i < counts.sent; i++) {
        const Question& q = questions[i];
        const Socket& sender = sockets[q.sender];
        if (q.refused || !is_settled(q)) {
            if (q.refused && (q.at_teacher || q.at_site)) counts.leaked++;  // refused, and yet it was shown
            continue;
        }
        auto compare = [](int got, int due) { got > due ? counts.duplicated += got - due : counts.lost += due - got; };
        compare(q.at_teacher, teachers[sender.stream_index]);
        compare(q.at_site, at_site[sender.stream_index][sender.site]);
        if (q.seq <= q.frame_after || q.seq > q.frame_seq) counts.out_of_order++;
        seqs[sender.stream_index].push_back(q.seq);
    }
    for (auto& of_stream : seqs) {
        std::sort(of_stream.begin(), of_stream.end());
        counts.duplicated += of_stream.end() - std::unique(of_stream.begin(), of_stream.end());
    }
    for (const Socket& s : sockets) {  // one connection's commands take effect in the order sent
        int64_t before = -1;
        for (uint32_t number : s.asked) {
            if (number == UINT32_MAX || !is_settled(questions[number]) || questions[number].refused) continue;
            counts.out_of_order += questions[number].seq <= before;
            before = questions[number].seq;
        }
    }
}

static std::vector<uint32_t> sleepers() {
    std::vector<uint32_t> found;
    for (uint32_t i = 0; i < sockets.size(); i++)
        if (sockets[i].sleeper) found.push_back(i);
    return found;
}

// Everybody who slept comes back at once, over connections that are still open: the time until the last one is current.
static double resume(const std::vector<uint32_t>& asleep) {
    size_t due = counts.joined + asleep.size();
    counts.snapshots = 0;
    int64_t start = now_ns(), limit = start + 60 * SECOND;
    for (uint32_t index : asleep) send_join(index);
    while (counts.joined < due && !counts.closed && now_ns() < limit) turn(now_ns() + 20 * MS);
    double took = double(now_ns() - start) / SECOND;
    std::vector<size_t> of_stream(streams.size());
    std::vector<std::map<int, size_t>> of_site(streams.size());
    for (const Question& q : questions) {
        of_stream[sockets[q.sender].stream_index]++;
        of_site[sockets[q.sender].stream_index][sockets[q.sender].site]++;
    }
    for (uint32_t index : asleep) {
        const Socket& s = sockets[index];
        size_t wanted = s.teacher ? of_stream[s.stream_index] : of_site[s.stream_index][s.site];
        if (s.resumed_questions != wanted) counts.lost += wanted;
        if (s.last != streams[s.stream_index].acknowledged_seq) counts.gaps++;
    }
    return took;
}

// ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────

static string milliseconds(std::vector<uint32_t>& us) {
    if (us.empty()) return "null";
    std::sort(us.begin(), us.end());
    auto at = [&](double part) { return us[std::min(us.size() - 1, size_t(part * us.size()))] / 1000.0; };
    char text[160];
    snprintf(text, sizeof text, R"({"p50":%.3f,"p90":%.3f,"p99":%.3f,"p999":%.3f,"max":%.3f})", at(.5), at(.9), at(.99),
             at(.999), us.back() / 1000.0);
    return text;
}

static string quoted(const string& text) {
    string out = "\"";
    for (unsigned char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c < 0x20 ? ' ' : char(c);
    }
    return out + "\"";
}

static void report(const std::map<string, string>& more) {
    std::ostringstream out;
    auto share = [](double used) {
        double span = double(window_end.at - window_start.at) / SECOND;
        return span > 0 ? std::to_string(used / span * 100) : string("null");
    };
    out << "{\"mode\":" << quoted(plan.mode) << ",\"sockets\":" << sockets.size() << ",\"rate\":" << plan.rate;
#define COUNT(name) << ",\"" #name "\":" << counts.name
    out COUNT(sent) COUNT(acknowledged) COUNT(delivered) COUNT(refused) COUNT(lost) COUNT(unfinished) COUNT(duplicated)
        COUNT(out_of_order) COUNT(gaps) COUNT(overlaps) COUNT(leaked) COUNT(altered) COUNT(closed) COUNT(frames)
        COUNT(packed) COUNT(heads) COUNT(bytes) COUNT(joined) COUNT(snapshots);
#undef COUNT
    out << ",\"abandoned\":" << (counts.abandoned ? "true" : "false");
    out << ",\"acknowledged_ms\":" << milliseconds(acknowledged_us) << ",\"delivered_ms\":" << milliseconds(delivered_us)
        << ",\"lag_ms\":" << milliseconds(lag_us);
    out << ",\"generator_cpu\":" << share(window_end.own - window_start.own)
        << ",\"server_cpu\":" << share(window_end.server - window_start.server) << ",\"others_cpu\":"
        << share(std::max(0., window_end.core - window_start.core - window_end.server + window_start.server));
    for (const auto& [key, value] : more) out << "," << quoted(key) << ":" << value;
    out << ",\"refusals\":{";
    const char* comma = "";
    for (const auto& [code, count] : refusals) out << comma << quoted(code) << ":" << count, comma = ",";
    out << "},\"troubles\":[";
    comma = "";
    for (const string& what : troubles) out << comma << quoted(what), comma = ",";
    std::cout << out.str() << "]}" << std::endl;
}

int main(int argc, char** argv) {
    if (argc != 2) fail("usage: loadgen PLAN");
    read_plan(argv[1]);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < sockets.size() + 16) fail("too few file descriptors for so many sockets: ulimit -n");
    poller = epoll_create1(EPOLL_CLOEXEC);

    std::map<string, string> more;
    long resident_before = resident_kib();
    Usage before = usage();
    more["join_seconds"] = std::to_string(join_all());
    if (plan.mode == "storm") {
        window_start = before;
        window_end = usage();
        for (int64_t end = now_ns() + SECOND / 2; now_ns() < end;) turn(end);
        more["resident_kib"] = std::to_string(resident_kib());
        more["resident_kib_before"] = std::to_string(resident_before);
    } else if (plan.mode == "relay") {
        relay(size_t(plan.rate * (plan.warmup + plan.seconds)));
        audit();
    } else if (plan.mode == "resume") {
        auto asleep = sleepers();
        for (uint32_t index : asleep) send_leave(index);
        while (counts.left < asleep.size() && !counts.closed) turn(now_ns() + 20 * MS);
        relay(size_t(plan.events) * streams.size());
        if (counts.unfinished) fail("the server could not take the events to fall behind by within a minute");
        audit();
        size_t bytes = counts.bytes;
        window_start = usage();
        more["resume_seconds"] = std::to_string(resume(asleep));
        window_end = usage();
        more["resume_bytes"] = std::to_string(counts.bytes - bytes);
        more["resumed"] = std::to_string(asleep.size());
    } else fail("unknown mode " + plan.mode);
    report(more);
}
