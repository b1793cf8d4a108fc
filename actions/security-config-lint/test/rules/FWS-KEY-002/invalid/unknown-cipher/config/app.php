<?php

return [
    'key' => env('APP_KEY'),
    'cipher' => 'AES-512-CBC',
];
