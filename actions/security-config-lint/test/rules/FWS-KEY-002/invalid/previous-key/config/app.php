<?php

return [
    'key' => env('APP_KEY'),
    'cipher' => 'AES-256-CBC',
    'previous_keys' => [env('APP_OLD_KEY')],
];
