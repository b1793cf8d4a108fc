<?php

return [
    'password_model' => 'users',
    'keys' => [
        'private_key' => 'storage/keys/oauth-private.key',
        'token' => App\Auth\TokenRepository::class,
        'secret' => 'password-reset-tokens',
        'public_key' => 'BPz4kT7wQm2Lx9Vd5Rn8',
        'api_key' => 'https://keys.example.net/v1/current',
    ],
];
