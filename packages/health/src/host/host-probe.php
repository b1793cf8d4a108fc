<?php
// One request from a host that has no curl: prints what `curl -i` would print, with the same exit numbers.
function hp_end(int $exit, string $text, array $times, string $code, string $address): void
{
    if ($text !== '') {
        echo "\ncurl: ($exit) $text";
    }
    $times = array_pad($times, 5, 0.0);
    echo "\nhp:meta $code $address";
    foreach ($times as $time) {
        echo ' ' . number_format($time, 6, '.', '');
    }
    echo "\nhp:exit $exit\n";
    exit(0);
}
$began = microtime(true);
$timeout = (float) getenv('HP_TIMEOUT');
$host = (string) getenv('HP_HOST');
$connect = (string) getenv('HP_CONNECT');
$secure = getenv('HP_SECURE') === 'yes';
$ip = $connect !== '' ? $connect : gethostbyname($host);
if ($connect === '' && $ip === $host && filter_var(trim($host, '[]'), FILTER_VALIDATE_IP) === false) {
    hp_end(6, "Could not resolve host: $host", [], '000', '-');
}
$looked = microtime(true) - $began;
$target = 'tcp://' . (strpos($ip, ':') !== false ? '[' . trim($ip, '[]') . ']' : $ip) . ':' . getenv('HP_PORT');
$options = ['peer_name' => $host, 'SNI_enabled' => true, 'verify_peer' => true, 'verify_peer_name' => true];
if ((string) getenv('HP_CA_FILE') !== '') {
    $options['cafile'] = getenv('HP_CA_FILE');
}
if (getenv('HP_INSECURE') === 'yes') {
    $options['verify_peer'] = $options['verify_peer_name'] = false;
}
$last = '';
set_error_handler(function (int $level, string $message) use (&$last): bool {
    $last = trim(preg_replace('/\s+/', ' ', $last . ' ' . $message));
    return true;
});
$socket = stream_socket_client($target, $number, $why, $timeout, STREAM_CLIENT_CONNECT, stream_context_create(['ssl' => $options]));
if ($socket === false) {
    $exit = stripos($why, 'timed out') !== false ? 28 : 7;
    hp_end($exit, "Failed to connect: $why", [$looked], '000', $ip);
}
$connected = microtime(true) - $began;
stream_set_timeout($socket, max(1, (int) ceil($timeout)));
$shaken = 0.0;
if ($secure) {
    if (stream_socket_enable_crypto($socket, true, STREAM_CRYPTO_METHOD_TLS_CLIENT) !== true) {
        hp_end(60, "TLS failed: $last", [$looked, $connected], '000', $ip);
    }
    $shaken = microtime(true) - $began;
}
$request = getenv('HP_HEAD') . getenv('HP_QUERY') . getenv('HP_TAIL');
if (fwrite($socket, $request) === false) {
    hp_end(55, 'Send failure', [$looked, $connected, $shaken], '000', $ip);
}
$text = '';
$first = 0.0;
while (!feof($socket)) {
    $left = $timeout - (microtime(true) - $began);
    if ($left <= 0) {
        hp_end(28, 'Operation timed out', [$looked, $connected, $shaken, $first], '000', $ip);
    }
    stream_set_timeout($socket, (int) $left, (int) (fmod($left, 1.0) * 1e6));
    $piece = fread($socket, 65536);
    if ($piece === false || $piece === '') {
        if (stream_get_meta_data($socket)['timed_out']) {
            hp_end(28, 'Operation timed out', [$looked, $connected, $shaken, $first], '000', $ip);
        }
        if ($piece === false) {
            hp_end(56, "Receive failure: $last", [$looked, $connected, $shaken, $first], '000', $ip);
        }
    }
    if ($first === 0.0 && $piece !== '') {
        $first = microtime(true) - $began;
    }
    $text .= $piece;
    if (strlen($text) > 1048576) {
        hp_end(63, 'Maximum file size exceeded', [$looked, $connected, $shaken, $first], '000', $ip);
    }
}
$total = microtime(true) - $began;
if (!preg_match('~^HTTP/\d[.\d]* (\d{3})~', $text, $match)) {
    hp_end(52, 'Empty reply from server', [$looked, $connected, $shaken, $first, $total], '000', $ip);
}
if (getenv('HP_BODY') !== 'yes') {
    $text = explode("\r\n\r\n", $text, 2)[0] . "\r\n\r\n";
}
echo $text;
hp_end(0, '', [$looked, $connected, $shaken, $first, $total], $match[1], $ip);
