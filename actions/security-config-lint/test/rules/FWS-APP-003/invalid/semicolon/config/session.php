<?php

return [
    'secure' => env('SESSION_SECURE_COOKIE'),
    'encrypt' => (bool) env('SESSION_ENCRYPT', false),
];
