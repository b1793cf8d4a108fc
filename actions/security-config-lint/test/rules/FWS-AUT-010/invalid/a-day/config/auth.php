<?php

return [
    'passwords' => [
        'users' => ['provider' => 'users', 'table' => 'password_reset_tokens', 'expire' => 1440, 'throttle' => 0],
    ],
    'password_timeout' => 10800,
];
