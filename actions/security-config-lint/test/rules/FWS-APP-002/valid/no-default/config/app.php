<?php

return [
    'debug' => env('APP_DEBUG'),
];
