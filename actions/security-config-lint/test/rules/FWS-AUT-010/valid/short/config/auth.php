<?php

return [
    'passwords' => [
        'users' => ['provider' => 'users', 'table' => 'password_reset_tokens', 'expire' => 15, 'throttle' => 60],
    ],
    'password_timeout' => 900,
];
