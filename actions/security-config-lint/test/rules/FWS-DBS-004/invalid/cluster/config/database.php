<?php

return [
    'redis' => [
        'clusters' => [
            'default' => [
                ['host' => '10.0.4.7', 'password' => null],
            ],
        ],
        'default' => ['host' => '127.0.0.1'],
        'cache' => ['host' => '127.0.0.1'],
    ],
];
