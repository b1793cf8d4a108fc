<?php

return [
    'secure' => env('SESSION_SECURE_COOKIE'),
];
